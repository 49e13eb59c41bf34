// Something that no answer could satisfy, or that an obedient one would fail.

export interface Contradiction {
  /** JSON pointer pattern of the field; empty for the piece as a whole. */
  readonly field: string
  readonly message: string
}

export const pairs = <A>(all: ReadonlyArray<A>): ReadonlyArray<readonly [A, A]> =>
  all.flatMap((a, index) => all.slice(index + 1).map((b) => [a, b] as const))
