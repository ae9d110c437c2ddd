/**
 * Tells an id that was there before, by a hash of 64 bits: 8 bytes an id, doubled so that no slot is searched for long.
 */
export interface IdSet {
  /** False where it was there. Null: it is full, and nothing is known. */
  add(id: string): boolean | null;
}

/** So many ids are told apart, in 64 MB; among them two are taken for one with a chance of one in a million. */
const mostIds = 4_000_000;

const firstSlots = 1 << 12;

export function idSet(most: number = mostIds): IdSet {
  let slots = firstSlots;
  let high = new Uint32Array(slots);
  let low = new Uint32Array(slots);
  let count = 0;

  /** The slot of a hash, or the free one in which it belongs. */
  function slotOf(one: number, other: number): number {
    let slot = other & (slots - 1);
    while (!isFree(slot) && (high[slot] !== one || low[slot] !== other))
      slot = (slot + 1) & (slots - 1);
    return slot;
  }

  function isFree(slot: number): boolean {
    return high[slot] === 0 && low[slot] === 0;
  }

  function grow(): void {
    const [oldHigh, oldLow] = [high, low];
    slots *= 2;
    high = new Uint32Array(slots);
    low = new Uint32Array(slots);
    for (let at = 0; at < oldLow.length; at += 1) {
      const [one = 0, other = 0] = [oldHigh[at], oldLow[at]];
      if (one === 0 && other === 0) continue;
      const slot = slotOf(one, other);
      high[slot] = one;
      low[slot] = other;
    }
  }

  return {
    add(id) {
      if (count >= most) return null;
      const { one, other } = hashOf(id);
      const slot = slotOf(one, other);
      if (!isFree(slot)) return false;
      high[slot] = one;
      low[slot] = other;
      count += 1;
      if (count * 2 > slots) grow();
      return true;
    },
  };
}

/** Two hashes of 32 bits (murmur's mixing with a multiplier each); never 0 and 0, which is a free slot. */
function hashOf(id: string): { readonly one: number; readonly other: number } {
  let one = 0x9e3779b9 ^ id.length;
  let other = 0x85ebca6b ^ id.length;
  for (let at = 0; at < id.length; at += 1) {
    const unit = id.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x9e3779b1);
    one ^= one >>> 15;
    other = Math.imul(other ^ unit, 0x5f356495);
    other ^= other >>> 13;
  }
  one = finished(one ^ (other >>> 7));
  other = finished(other ^ Math.imul(one, 0x2545f491));
  return { one: one >>> 0, other: one === 0 && other === 0 ? 1 : other >>> 0 };
}

function finished(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
