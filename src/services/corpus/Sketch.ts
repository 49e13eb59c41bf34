// A sample of a set by which sets that have much in common find each other: its members with the lowest hashes (MinHash).
//
// Members are hashes already, spread evenly. All below a threshold are taken, and the threshold is a power of two that
// follows from the size of the set: of two sets both have taken whatever is common to them below the lower threshold. So
// the members that two sketches share tell how many the sets share.

/** A set above so many members gives half of them to its sketch, above twice as many a quarter, and so on. */
const halvedFrom = 128

/** How often a set of that size is halved. */
export const levelOf = (size: number): number =>
  size < halvedFrom ? 0 : Math.floor(Math.log2(size / halvedFrom)) + 1

/** Share of the members that a sketch of that level has. */
export const rateOf = (level: number): number => 2 ** -level

/** Of an ascending set its sketch, which is its beginning: some 64 to 128 members, all of a smaller set. */
export const sketchOf = (set: Uint32Array): Uint32Array => {
  const limit = 2 ** 32 * rateOf(levelOf(set.length))
  let end = 0
  while (end < set.length && set[end]! < limit) end++
  return set.subarray(0, end)
}
