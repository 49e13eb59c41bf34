// Which pieces may be above the limit of similarity with one: found by the members of its sketch, without reading any.
import type { CommonShingles } from "./CommonShingles.ts"
import { segmentEntries } from "./postingLimits.ts"
import type { Postings } from "./Postings.ts"
import type { Profile } from "./Profile.ts"
import { clearlyAbove, type SharedNeeded, sharedNeeded, type Sought } from "./sharedNeeded.ts"
import { levelOf, rateOf, sketchOf } from "./Sketch.ts"

/** What is searched. */
interface Pieces {
  /** Similarity above which a piece is too much like another. */
  readonly limit: number
  readonly postings: Postings
  readonly common: CommonShingles
  readonly isAlive: (entry: number) => boolean
  /** Members of the entry's set. */
  readonly sizeOf: (entry: number) => number
}

/** What is to be compared with a piece. */
export interface Candidates {
  /** The likeliest first. */
  readonly entries: ReadonlyArray<number>
  /** Why a twin may be none of them; undefined where that is as good as impossible. */
  readonly unsure: "crowded" | "common" | undefined
}

/** An entry that shares so many members of a sketch. */
interface Sharing {
  readonly entry: number
  readonly shared: number
}

/** A member is frequent that so many pieces of a segment have. */
const frequentPerSegment = 24
/** Comparisons for one piece. So many are needed only where all pieces are alike to just below the limit. */
const candidatesMax = 256

export class CandidateSearch {
  readonly #pieces: Pieces

  constructor(pieces: Pieces) {
    this.#pieces = pieces
  }

  /** Entries that may be above the limit of similarity with the piece. */
  candidates(
    { inOrder, shingles }: Pick<Profile, "inOrder" | "shingles">,
    except: number | undefined
  ): Candidates {
    const size = shingles.length
    const limit = this.#pieces.limit
    const sketch = sketchOf(shingles)
    const { listed, unlistedFrom } = this.#pieces.postings.split(sketch)
    const common = listed.length === sketch.length
      ? 0
      : this.#pieces.common.countIn(inOrder, this.#pieces.postings.size)
    const sought = { limit, size, common, sketch, listed }
    const needed = sharedNeeded(sought)
    const rarer = { ...sought, listed: this.#rarer(sought) }
    const neededOfRarer = sharedNeeded(rarer)
    const byRarer = this.#sharing(rarer.listed, size, neededOfRarer, Infinity)
    const byListed = neededOfRarer.noneBelow > size * limit
      ? this.#sharing(listed, size, needed, neededOfRarer.noneBelow)
      : []
    // The smallest sets are listed for whatever they have: they are found by common text alone.
    const byCommon = needed.noneBelow > size * limit
      ? this.#sharing(
        sketch,
        size,
        sharedNeeded({ ...sought, common: 0, listed: sketch }),
        needed.noneBelow
      )
      : []
    const likely = this.#byLikeness([...byRarer, ...byListed, ...byCommon], size, except)
    const isCrowded = likely.length > candidatesMax &&
      this.#countClear(rarer, byRarer) + byListed.length + byCommon.length > candidatesMax
    return {
      entries: likely.slice(0, candidatesMax),
      unsure: isCrowded ? "crowded" : unlistedFrom < needed.noneBelow ? "common" : undefined
    }
  }

  /**
   * The listed members without those that many pieces have, but so many that they find every set from half the piece's
   * size on. Most of a search would go into the others. Of rare ones none is left out: those that no piece has would be
   * the rarest, and those that a twin has not.
   */
  #rarer(sought: Sought): Uint32Array {
    const { listed, size } = sought
    const lengths = this.#pieces.postings.lengths(listed)
    const frequentMin = frequentPerSegment * Math.ceil(this.#pieces.postings.size / segmentEntries)
    const frequent = [...listed.keys()].filter((at) => lengths[at]! > frequentMin)
      .sort((a, b) => lengths[b]! - lengths[a]! || a - b)
    for (let leftOut = frequent.length; leftOut > 0; leftOut -= Math.ceil(leftOut / 4)) {
      const without = new Set(frequent.slice(0, leftOut))
      const rarer = listed.filter((_, at) => !without.has(at))
      if (sharedNeeded({ ...sought, listed: rarer }).noneBelow <= size / 2) return rarer
    }
    return listed
  }

  /** Entries below that size that share with a piece of `size` members what is needed. */
  #sharing(
    keys: Uint32Array,
    size: number,
    needed: SharedNeeded,
    sizeBelow: number
  ): ReadonlyArray<Sharing> {
    const sharing: Array<Sharing> = []
    const smallest = Math.ceil(size * this.#pieces.limit)
    /** By the other's size from there on; 0 where it is not known yet. */
    const known = new Uint8Array(Math.floor(size / this.#pieces.limit) - smallest + 1)
    this.#pieces.postings.visitSharing(keys, sizeBelow, (entry, shared) => {
      if (shared < needed.least) return
      const other = this.#pieces.sizeOf(entry)
      const at = other - smallest
      if (other >= sizeBelow || at < 0 || at >= known.length) return
      const enough = known[at] === 0 ? known[at] = Math.min(255, needed.of(other)) : known[at]!
      if (shared >= enough && this.#pieces.isAlive(entry)) sharing.push({ entry, shared })
    })
    return sharing
  }

  /** How many share what a piece would that is clearly above the limit. */
  #countClear(sought: Sought, found: ReadonlyArray<Sharing>): number {
    const needed = sharedNeeded({ ...sought, limit: clearlyAbove(sought.limit) })
    return found.filter(({ entry, shared }) => shared >= needed.of(this.#pieces.sizeOf(entry)))
      .length
  }

  /** Those whose sizes allow it, each once, the one that shares the greatest part first. */
  #byLikeness(
    sharing: ReadonlyArray<Sharing>,
    size: number,
    except: number | undefined
  ): ReadonlyArray<number> {
    const likeness = new Map<number, number>()
    for (const { entry, shared } of sharing) {
      const other = this.#pieces.sizeOf(entry)
      const isFit = Math.min(size, other) > Math.max(size, other) * this.#pieces.limit
      if (!isFit || entry === except) continue
      const rate = rateOf(Math.max(levelOf(size), levelOf(other)))
      const share = shared / rate / (size + other)
      likeness.set(entry, Math.max(share, likeness.get(entry) ?? 0))
    }
    return [...likeness].sort(([a, left], [b, right]) => right - left || b - a)
      .map(([entry]) => entry)
  }
}
