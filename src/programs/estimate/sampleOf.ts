// A sample of items by the hash of their slugs: no better or worse than by lot, and the same at every look.
import { digest } from "../../services/Digest.ts"

export interface Sampler<A> {
  readonly add: (slug: string, value: A) => void
  /** What was chosen so far. */
  readonly chosen: () => ReadonlyArray<A>
}

/** Keeps at most `size` values: those of the smallest hashes. `salt` gives another sample of the same items. */
export const makeSampler = <A>(size: number, salt: string): Sampler<A> => {
  let kept: Array<{ readonly hash: string; readonly value: A }> = []
  let bound = ""
  const shrink = (): void => {
    kept.sort((a, b) => (a.hash < b.hash ? -1 : 1))
    kept = kept.slice(0, size)
    bound = kept.length === size ? kept.at(-1)?.hash ?? "" : ""
  }
  return {
    add: (slug, value) => {
      const hash = digest(`${salt} ${slug}`)
      if (bound !== "" && hash >= bound) return
      kept.push({ hash, value })
      if (kept.length >= 2 * size) shrink()
    },
    chosen: () => {
      shrink()
      return kept.map(({ value }) => value)
    }
  }
}
