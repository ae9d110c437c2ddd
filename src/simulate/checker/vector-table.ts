/**
 * A set of vectors of whole numbers that gives each a number of its own. Exact: the vectors themselves are compared,
 * the hashes only find them. They lie one behind the other in blocks, each behind its length; what grows is copied in
 * small parts, so that no growth takes much at once.
 */

const shardBits = 6;
const firstSlots = 64;
/** Ints in a block; a vector lies in one block. */
const blockInts = 2 ** 18;
const bytesOfInt = 4;
/** So far a slot can point. */
const mostInts = 2 ** 31 - 1;

/** Two ints a slot: where its vector lies, counted from 1, and its hash. 0: free. */
interface Shard {
  slots: Int32Array;
  used: number;
}

export interface VectorTable {
  /** How many different ones there are. */
  readonly size: number;
  /** What it takes. */
  readonly bytes: number;
  /** The most that so many further vectors of this length can make it take besides. */
  readonly growthOf: (vectors: number, length: number) => number;
  /** The number of the first `length` ints; the same for equal ones. */
  readonly numberOf: (vector: Int32Array, length: number) => number;
  /** Puts it in; false: it was there already. */
  readonly add: (vector: Int32Array, length: number) => boolean;
}

export function vectorTable(): VectorTable {
  const shards: Shard[] = Array.from({ length: 2 ** shardBits }, () => ({
    slots: new Int32Array(2 * firstSlots),
    used: 0,
  }));
  const blocks: Int32Array[] = [];
  let block = new Int32Array(0);
  let filled = 0;
  let size = 0;
  let slotBytes = shards.length * 2 * firstSlots * bytesOfInt;

  const isAt = (place: number, vector: Int32Array, length: number): boolean => {
    const lying = blocks[Math.floor(place / blockInts)];
    const from = place % blockInts;
    if (lying === undefined || lying[from] !== length) return false;
    for (let index = 0; index < length; index += 1) {
      if (lying[from + 1 + index] !== vector[index]) return false;
    }
    return true;
  };
  const kept = (vector: Int32Array, length: number): number => {
    if (filled + length + 1 > block.length) {
      block = new Int32Array(blockInts);
      blocks.push(block);
      filled = 0;
    }
    const place = (blocks.length - 1) * blockInts + filled;
    block[filled] = length;
    for (let index = 0; index < length; index += 1) block[filled + 1 + index] = vector[index] ?? 0;
    filled += length + 1;
    return place;
  };
  const grow = (shard: Shard): void => {
    const { slots } = shard;
    const mask = slots.length - 1;
    const grown = new Int32Array(2 * slots.length);
    for (let slot = 0; slot < slots.length; slot += 2) {
      const place = slots[slot] ?? 0;
      if (place === 0) continue;
      const hash = slots[slot + 1] ?? 0;
      let free = (2 * hash) & (2 * mask + 1);
      while (grown[free] !== 0) free = (free + 2) & (2 * mask + 1);
      grown[free] = place;
      grown[free + 1] = hash;
    }
    slotBytes += slots.length * bytesOfInt;
    shard.slots = grown;
  };
  /** Its place; negative, counted from -1, where it was not there before. */
  const placeOf = (vector: Int32Array, length: number): number => {
    const hash = hashOf(vector, length);
    const shard = shards[hash >>> (32 - shardBits)];
    if (shard === undefined) throw new Error("a hash without a shard");
    const { slots } = shard;
    const mask = slots.length - 1;
    let slot = (2 * hash) & mask;
    for (let place = slots[slot] ?? 0; place !== 0; place = slots[slot] ?? 0) {
      if (slots[slot + 1] === hash && isAt(place - 1, vector, length)) return place - 1;
      slot = (slot + 2) & mask;
    }
    const place = kept(vector, length);
    slots[slot] = place + 1;
    slots[slot + 1] = hash;
    size += 1;
    shard.used += 1;
    if (shard.used * 8 > slots.length * 3) grow(shard);
    return -1 - place;
  };
  return {
    get size() {
      return size;
    },
    get bytes() {
      return slotBytes + blocks.length * blockInts * bytesOfInt;
    },
    growthOf: (vectors, length) => {
      const newBlocks = Math.ceil((vectors * (length + 1)) / blockInts) + 1;
      if ((blocks.length + newBlocks) * blockInts > mostInts) return Infinity;
      // At most so many shards grow, each to twice of what it has; the old slots are not given back at once.
      const growing = Math.min(vectors, shards.length);
      const largest = shards.reduce((most, { slots }) => Math.max(most, slots.length), 0);
      return (newBlocks * blockInts + growing * 2 * largest) * bytesOfInt;
    },
    numberOf: (vector, length) => {
      const place = placeOf(vector, length);
      return place < 0 ? -1 - place : place;
    },
    add: (vector, length) => placeOf(vector, length) < 0,
  };
}

/** Murmur3 of 32 bits. */
function hashOf(vector: Int32Array, length: number): number {
  let hash = length;
  for (let index = 0; index < length; index += 1) {
    let part = Math.imul(vector[index] ?? 0, 0xcc9e2d51);
    part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
    hash ^= part;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
