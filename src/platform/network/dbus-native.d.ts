import type { Duplex } from "node:stream";

/** The package declares less than it has. */
declare module "@homebridge/dbus-native" {
  export function createClient(options: {
    readonly stream: Duplex;
    readonly authMethods: readonly string[];
  }): MessageBus;

  export interface MessageBus {
    readonly signals: NodeJS.EventEmitter;
    mangle(path: string, interfaceName: string, member: string): string;
    requestName(name: string, flags: number, callback: (error: unknown) => void): void;
    /** The handler may return a promise; an Error is answered as one of the name `dbusName`. */
    setMethodCallHandler(
      path: string,
      interfaceName: string,
      member: string,
      handler: readonly [() => unknown, string],
    ): void;
    sendSignal(
      path: string,
      interfaceName: string,
      member: string,
      signature: string,
      values: readonly unknown[],
    ): void;
    addMatch(rule: string, callback: (error: unknown) => void): void;
  }
}
