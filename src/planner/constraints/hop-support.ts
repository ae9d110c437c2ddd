import { at } from "../model/moves.ts";
import { accepts, type GroundConstraint, type HopSupport, type VersionsOf } from "./ground.ts";

/** Constraints with more combinations than this are not asked which hops they rule out. */
const constraintLimit = 4096;

/** Versions of a column that fit into one word. */
const pairSize = 32;

/** Constraints stay the same while many questions are asked of them. */
export function hopSupportOf(constraint: GroundConstraint): HopSupport | null {
  if (constraint.hopSupport === undefined) constraint.hopSupport = newHopSupport(constraint);
  return constraint.hopSupport;
}

/** Null where the constraint is too large to be asked. */
function newHopSupport(constraint: GroundConstraint): HopSupport | null {
  const count = constraint.sizes.reduce((product, size) => product * size, 1);
  if (count > constraintLimit) return null;
  return constraint.sizes.length === 2 && constraint.sizes.every((size) => size <= pairSize)
    ? pairHopSupport(constraint)
    : wideHopSupport(constraint);
}

/** The contexts of a column are the versions of the other one: one word of bits for each version, column by column. */
function pairHopSupport(constraint: GroundConstraint): HopSupport {
  const [size = 0, otherSize = 0] = constraint.sizes;
  const accepted = blank.slice(0, size + otherSize);
  const versions = [0, 0];
  for (let one = 0; one < size; one += 1) {
    versions[0] = one;
    for (let other = 0; other < otherSize; other += 1) {
      versions[1] = other;
      if (!accepts(constraint, versions)) continue;
      accepted[one] = (accepted[one] ?? 0) | (1 << other);
      accepted[size + other] = (accepted[size + other] ?? 0) | (1 << one);
    }
  }
  return (column, allowed, starts) => {
    const others = at(constraint.classes, 1 - column);
    const first = column === 0 ? 0 : size;
    const open = bitsOf(allowed(others));
    const standing = bitsOf(starts(others));
    return (from, to, start) => {
      const ahead = (accepted[first + from] ?? 0) | (from === start ? standing : 0);
      const behind = (accepted[first + to] ?? 0) | (to === start ? standing : 0);
      return (ahead & behind & open) !== 0;
    };
  };
}

/** A piece of it is made sooner than a list of zeros, and a typed array that short would take more room. */
const blank: readonly number[] = Array.from({ length: 2 * pairSize }, () => 0);

function bitsOf(versions: readonly number[]): number {
  let bits = 0;
  for (const version of versions) bits |= 1 << version;
  return bits;
}

function wideHopSupport(constraint: GroundConstraint): HopSupport {
  return (column, allowed, starts) => {
    const contexts = contextsOf(constraint, column, allowed);
    const words = (contexts.length + 31) >> 5;
    const size = at(constraint.sizes, column);
    const accepted = Array.from({ length: size }, (_, version) => {
      const bits = new Uint32Array(words);
      for (const [index, context] of contexts.entries()) {
        context[column] = version;
        if (accepts(constraint, context)) setBit(bits, index);
      }
      return bits;
    });
    // What stands since the start is accepted: the start in every context that may stand.
    const standing = new Uint32Array(words);
    for (const [index, context] of contexts.entries()) {
      const isStanding = context.every(
        (version, place) =>
          place === column || starts(at(constraint.classes, place)).includes(version),
      );
      if (isStanding) setBit(standing, index);
    }
    return (from, to, start) => {
      const one = at(accepted, from);
      const other = at(accepted, to);
      for (let word = 0; word < words; word += 1) {
        const isGrandfathered = standing[word] ?? 0;
        const ahead = (one[word] ?? 0) | (from === start ? isGrandfathered : 0);
        const behind = (other[word] ?? 0) | (to === start ? isGrandfathered : 0);
        if ((ahead & behind) !== 0) return true;
      }
      return false;
    };
  };
}

function setBit(bits: Uint32Array, index: number) {
  bits[index >> 5] = (bits[index >> 5] ?? 0) | (1 << (index & 31));
}

/** Every choice of versions for the other columns; the place of the column itself is free. */
function contextsOf(
  constraint: GroundConstraint,
  column: number,
  allowed: VersionsOf,
): readonly number[][] {
  let all: number[][] = [[]];
  for (const [index, tableClass] of constraint.classes.entries()) {
    const versions = index === column ? [0] : allowed(tableClass);
    all = all.flatMap((context) => versions.map((version) => [...context, version]));
  }
  return all;
}
