/** Hands chunks from one loop to another, one at a time. */
export interface Relay<T> {
  /** Resolves once the other side has done with it and comes for the next. */
  give(chunk: T): Promise<void>;
  /** The other side gets the end when it comes next. */
  end(): void;
  readonly chunks: AsyncIterable<T>;
}

export function relay<T>(): Relay<T> {
  let given = deferred<T | typeof atEnd>();
  let used = deferred<null>();
  let isOver = false;

  async function* chunks() {
    for (;;) {
      const chunk = await given.promise;
      if (chunk === atEnd) return;
      const { settle } = used;
      given = deferred();
      used = deferred();
      // The end may come while a chunk is still waiting.
      if (isOver) given.settle(atEnd);
      yield chunk;
      settle(null);
    }
  }

  return {
    async give(chunk) {
      const { promise } = used;
      given.settle(chunk);
      await promise;
    },
    end() {
      isOver = true;
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
