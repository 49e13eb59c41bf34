// What is drawn from random numbers.

export const below = (random: () => number, end: number): number => Math.floor(random() * end)

export const shuffled = <A>(random: () => number, values: ReadonlyArray<A>): ReadonlyArray<A> => {
  const copy = [...values]
  for (let at = copy.length - 1; at > 0; at--) {
    const other = below(random, at + 1)
    ;[copy[at], copy[other]] = [copy[other]!, copy[at]!]
  }
  return copy
}
