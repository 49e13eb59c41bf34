// The pieces of the corpus in memory: who is like a piece, in how many its sentences and beginnings stand, and who was
// superseded.
import { fingerprintWords } from "../items/Fingerprint.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { CommonShingles } from "./CommonShingles.ts"
import type { StoredPiece } from "./CorpusFile.ts"
import type { NumberArray, SavedArrays } from "./NumberArrays.ts"
import { PieceCounts } from "./PieceCounts.ts"
import { segmentEntries } from "./postingLimits.ts"
import { Postings } from "./Postings.ts"
import { maxSimilarityDefault } from "./Profile.ts"
import type { CorpusRules, Profile } from "./Profile.ts"
import { clearlyAbove, type SharedNeeded, sharedNeeded, type Sought } from "./sharedNeeded.ts"
import { levelOf, rateOf, sketchOf } from "./Sketch.ts"

/** Where an entry's profile is: in memory, or at a byte of the file; -1 where it is gone. */
export type Whereabouts = StoredPiece | number

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

export class CorpusIndex {
  readonly #limit: number
  readonly #compares: boolean
  readonly #postings = new Postings()
  readonly #common = new CommonShingles()
  readonly sentences = new PieceCounts(Uint8Array)
  readonly openers = new PieceCounts(Uint32Array)
  #bySlug = makeSlugTable()
  /** By entry: 1 while it counts. */
  #alive: Uint8Array = new Uint8Array(1024)
  /** By entry: byte of the file; -1 while it is in memory alone. */
  #offsets: Float64Array = new Float64Array(1024)
  /** Of each entry, the hash of its record's id. */
  #ids: Uint32Array = new Uint32Array(1024)
  /** Of each entry, the members of its set. */
  #sizes: Uint32Array = new Uint32Array(1024)
  readonly #recent = new Map<number, StoredPiece>()
  #living = 0

  constructor({ nearDuplicate }: Pick<CorpusRules, "nearDuplicate">) {
    this.#compares = nearDuplicate !== undefined
    this.#limit = nearDuplicate?.maxSimilarity ?? maxSimilarityDefault
  }

  /** What `save` gave, made again. Throws `ArraysMismatch`, or whatever else comes of arrays that no index gave. */
  static restore(rules: Pick<CorpusRules, "nearDuplicate">, saved: SavedArrays): CorpusIndex {
    const index = new CorpusIndex(rules)
    index.#alive = saved.take(Uint8Array)
    index.#offsets = saved.take(Float64Array)
    index.#ids = saved.take(Uint32Array)
    index.#sizes = saved.take(Uint32Array)
    index.#living = index.#alive.reduce((living, alive) => living + alive, 0)
    const prints = saved.take(Uint32Array)
    const entries = saved.take(Uint32Array)
    index.#bySlug = makeSlugTable(entries.length)
    entries.forEach((entry, at) => index.#bySlug.addPrint(prints, at * fingerprintWords, entry))
    index.#common.restore(saved)
    index.sentences.restore(saved)
    index.openers.restore(saved)
    index.#postings.restore(saved)
    return index
  }

  /** All that it knows. No profile may be in memory alone. */
  save(): ReadonlyArray<NumberArray> {
    const size = this.#postings.size
    const prints = new Uint32Array(this.#bySlug.size * fingerprintWords)
    const entries = new Uint32Array(this.#bySlug.size)
    let slugs = 0
    this.#bySlug.visitPrints((words, at, entry) => {
      if (!this.isAlive(entry)) return
      prints.set(words.subarray(at, at + fingerprintWords), slugs * fingerprintWords)
      entries[slugs++] = entry
    })
    return [
      this.#alive.subarray(0, size),
      this.#offsets.subarray(0, size),
      this.#ids.subarray(0, size),
      this.#sizes.subarray(0, size),
      prints.subarray(0, slugs * fingerprintWords),
      entries.subarray(0, slugs),
      ...this.#common.save(),
      ...this.sentences.save(),
      ...this.openers.save(),
      ...this.#postings.save()
    ]
  }

  /** Entries, whether they count or not. */
  get entries(): number {
    return this.#postings.size
  }

  /** Pieces that count. */
  get size(): number {
    return this.#living
  }

  /** Entries that no longer count, and still take room. */
  get dead(): number {
    return this.#postings.size - this.#living
  }

  /** Entries whose profile is in memory. */
  get inMemory(): number {
    return this.#recent.size
  }

  /** It counts from now on, though no slug stands for it yet. */
  add(piece: StoredPiece): number {
    const { openers, sentences, shingles } = piece
    const compared = this.#compares ? shingles : shingles.subarray(0, 0)
    const entry = this.#postings.add(sketchOf(compared), compared.length)
    this.#common.add(entry, compared)
    if (entry >= this.#alive.length) this.#grow()
    this.#alive[entry] = 1
    this.#ids[entry] = piece.id
    this.#sizes[entry] = compared.length
    this.#offsets[entry] = -1
    this.#recent.set(entry, piece)
    const isAlive = (other: number): boolean => this.#alive[other] === 1
    for (const sentence of sentences) this.sentences.add(sentence, entry, isAlive)
    for (const opener of openers) this.openers.add(opener, entry, isAlive)
    this.#living++
    return entry
  }

  /** From now on the profile is read from there. */
  settle(entry: number, offset: number): void {
    this.#offsets[entry] = offset
    this.#recent.delete(entry)
  }

  /** The slug's piece is this entry; answers the one that it supersedes. */
  assign(slug: string, entry: number, id: number): number | undefined {
    const before = this.entryOf(slug)
    this.#bySlug.set(slug, entry)
    this.#ids[entry] = id
    return before === entry ? undefined : before
  }

  /** The entry counts no more; `piece` is its profile. */
  remove(entry: number, piece: Pick<StoredPiece, "openers" | "sentences">): void {
    if (this.#alive[entry] !== 1) return
    this.#alive[entry] = 0
    this.#living--
    this.#recent.delete(entry)
    for (const sentence of piece.sentences) this.sentences.remove(sentence)
    for (const opener of piece.openers) this.openers.remove(opener)
  }

  isAlive(entry: number): boolean {
    return this.#alive[entry] === 1
  }

  /** The entry that stands for the slug. */
  entryOf(slug: string): number | undefined {
    const entry = this.#bySlug.get(slug)
    return entry !== undefined && this.isAlive(entry) ? entry : undefined
  }

  idOf(entry: number): number {
    return this.#ids[entry]!
  }

  whereabouts(entry: number): Whereabouts {
    return this.#recent.get(entry) ?? this.#offsets[entry]!
  }

  /** Entries that may be above the limit of similarity with the piece. */
  candidates(
    { inOrder, shingles }: Pick<Profile, "inOrder" | "shingles">,
    except: number | undefined
  ): Candidates {
    const size = shingles.length
    if (!this.#compares || size === 0) return { entries: [], unsure: undefined }
    const limit = this.#limit
    const sketch = sketchOf(shingles)
    const { listed, unlistedFrom } = this.#postings.split(sketch)
    const common = listed.length === sketch.length
      ? 0
      : this.#common.countIn(inOrder, this.#postings.size)
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
    const lengths = this.#postings.lengths(listed)
    const frequentMin = frequentPerSegment * Math.ceil(this.#postings.size / segmentEntries)
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
    const smallest = Math.ceil(size * this.#limit)
    /** By the other's size from there on; 0 where it is not known yet. */
    const known = new Uint8Array(Math.floor(size / this.#limit) - smallest + 1)
    this.#postings.visitSharing(keys, sizeBelow, (entry, shared) => {
      if (shared < needed.least) return
      const other = this.#sizes[entry]!
      const at = other - smallest
      if (other >= sizeBelow || at < 0 || at >= known.length) return
      const enough = known[at] === 0 ? known[at] = Math.min(255, needed.of(other)) : known[at]!
      if (shared >= enough && this.isAlive(entry)) sharing.push({ entry, shared })
    })
    return sharing
  }

  /** How many share what a piece would that is clearly above the limit. */
  #countClear(sought: Sought, found: ReadonlyArray<Sharing>): number {
    const needed = sharedNeeded({ ...sought, limit: clearlyAbove(sought.limit) })
    return found.filter(({ entry, shared }) => shared >= needed.of(this.#sizes[entry]!)).length
  }

  /** Those whose sizes allow it, each once, the one that shares the greatest part first. */
  #byLikeness(
    sharing: ReadonlyArray<Sharing>,
    size: number,
    except: number | undefined
  ): ReadonlyArray<number> {
    const likeness = new Map<number, number>()
    for (const { entry, shared } of sharing) {
      const other = this.#sizes[entry]!
      const isFit = Math.min(size, other) > Math.max(size, other) * this.#limit
      if (!isFit || entry === except) continue
      const rate = rateOf(Math.max(levelOf(size), levelOf(other)))
      const share = shared / rate / (size + other)
      likeness.set(entry, Math.max(share, likeness.get(entry) ?? 0))
    }
    return [...likeness].sort(([a, left], [b, right]) => right - left || b - a)
      .map(([entry]) => entry)
  }

  /** Entries that count. */
  *living(): Iterable<number> {
    for (let entry = 0; entry < this.#postings.size; entry++) {
      if (this.isAlive(entry)) yield entry
    }
  }

  #grow(): void {
    const size = Math.max(1024, this.#alive.length * 2)
    const [alive, offsets, ids, sizes] = [this.#alive, this.#offsets, this.#ids, this.#sizes]
    this.#alive = new Uint8Array(size)
    this.#offsets = new Float64Array(size)
    this.#ids = new Uint32Array(size)
    this.#sizes = new Uint32Array(size)
    this.#alive.set(alive)
    this.#offsets.set(offsets)
    this.#ids.set(ids)
    this.#sizes.set(sizes)
  }
}
