/** Hands chunks from one loop to another, one at a time. */
export interface Relay<T> {
  /** Resolves once the other side has come for it. */
  give(chunk: T): Promise<void>;
  /** The other side gets the end when it comes next. */
  end(): void;
  readonly chunks: AsyncIterable<T>;
}

export function relay<T>(): Relay<T> {
  let given = deferred<T | typeof atEnd>();
  let taken = deferred<null>();

  async function* chunks() {
    for (;;) {
      const chunk = await given.promise;
      if (chunk === atEnd) return;
      const { settle } = taken;
      given = deferred();
      taken = deferred();
      settle(null);
      yield chunk;
    }
  }

  return {
    async give(chunk) {
      given.settle(chunk);
      await taken.promise;
    },
    end() {
      given.settle(atEnd);
    },
    chunks: chunks(),
  };
}

const atEnd = Symbol("end");

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly settle: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle: (value) => settle(value) };
}
