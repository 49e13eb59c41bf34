// A sample of items by the hash of their slugs: no better or worse than by lot, and the same at every look.
import { digest } from "../../services/Digest.ts"
import type { Item } from "../../services/items/Item.ts"

export interface Sampler {
  readonly add: (item: Item) => void
  /** The items chosen so far. */
  readonly items: () => ReadonlyArray<Item>
}

/** Keeps at most `size` items: those of the smallest hashes. `salt` gives another sample of the same items. */
export const makeSampler = (size: number, salt: string): Sampler => {
  let kept: Array<{ readonly hash: string; readonly item: Item }> = []
  let bound = ""
  const shrink = (): void => {
    kept.sort((a, b) => (a.hash < b.hash ? -1 : 1))
    kept = kept.slice(0, size)
    bound = kept.length === size ? kept.at(-1)?.hash ?? "" : ""
  }
  return {
    add: (item) => {
      const hash = digest(`${salt} ${item.slug}`)
      if (bound !== "" && hash >= bound) return
      kept.push({ hash, item })
      if (kept.length >= 2 * size) shrink()
    },
    items: () => {
      shrink()
      return kept.map(({ item }) => item)
    }
  }
}
