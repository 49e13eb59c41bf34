// The pieces of the corpus in memory: who is like a piece, how often its sentences stand elsewhere, and who was superseded.
import { makeSlugTable } from "../items/SlugTable.ts"
import { BandTable } from "./BandTable.ts"
import type { StoredPiece } from "./CorpusFile.ts"
import { bandingFor, makeBandKeys } from "./MinHash.ts"
import { maxSimilarityDefault } from "./Profile.ts"
import type { CorpusRules, Profile } from "./Profile.ts"
import { SentenceCounts } from "./SentenceCounts.ts"

/** Where an entry's profile is: in memory, or at a byte of the file; -1 where it is gone. */
export type Whereabouts = StoredPiece | number

/** Candidates that are compared with a piece, those that share most first. */
const candidatesMax = 64

export class CorpusIndex {
  readonly #keysOf: (set: Uint32Array) => Uint32Array
  readonly #bands: BandTable
  readonly #sentences = new SentenceCounts()
  readonly #bySlug = makeSlugTable()
  /** By entry: 1 while it counts. */
  #alive = new Uint8Array(1024)
  /** By entry: byte of the file; -1 while it is in memory alone. */
  #offsets = new Float64Array(1024)
  /** Of each entry, the hash of its record's id. */
  #ids = new Uint32Array(1024)
  readonly #recent = new Map<number, StoredPiece>()
  #living = 0

  constructor({ nearDuplicate }: CorpusRules) {
    const banding = bandingFor(nearDuplicate?.maxSimilarity ?? maxSimilarityDefault)
    this.#keysOf = nearDuplicate === undefined ? () => new Uint32Array(0) : makeBandKeys(banding)
    this.#bands = new BandTable(nearDuplicate === undefined ? 0 : banding.bands)
  }

  /** Pieces that count. */
  get size(): number {
    return this.#living
  }

  /** Entries that no longer count, and still take room. */
  get dead(): number {
    return this.#bands.size - this.#living
  }

  /** Entries whose profile is in memory. */
  get inMemory(): number {
    return this.#recent.size
  }

  /** It counts from now on, though no slug stands for it yet. */
  add(piece: StoredPiece): number {
    const entry = this.#bands.add(this.#keysOf(piece.shingles))
    if (entry >= this.#alive.length) this.#grow()
    this.#alive[entry] = 1
    this.#ids[entry] = piece.id
    this.#offsets[entry] = -1
    this.#recent.set(entry, piece)
    for (const { high, low } of piece.sentences) this.#sentences.add(high, low)
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
  remove(entry: number, piece: StoredPiece): void {
    if (this.#alive[entry] !== 1) return
    this.#alive[entry] = 0
    this.#living--
    this.#recent.delete(entry)
    for (const { high, low } of piece.sentences) this.#sentences.remove(high, low)
  }

  /** The entry that stands for the slug. */
  entryOf(slug: string): number | undefined {
    const entry = this.#bySlug.get(slug)
    return entry !== undefined && this.#alive[entry] === 1 ? entry : undefined
  }

  idOf(entry: number): number {
    return this.#ids[entry]!
  }

  whereabouts(entry: number): Whereabouts {
    return this.#recent.get(entry) ?? this.#offsets[entry]!
  }

  /** Entries that may be like the set, the likeliest first. */
  candidates(shingles: Uint32Array, except: number | undefined): ReadonlyArray<number> {
    const shared = this.#bands.find(this.#keysOf(shingles))
    return [...shared].filter(([entry]) => this.#alive[entry] === 1 && entry !== except)
      .sort(([a, left], [b, right]) => right - left || b - a)
      .slice(0, candidatesMax).map(([entry]) => entry)
  }

  /** In how many pieces the sentence stands. */
  piecesWith({ high, low }: Profile["sentences"][number]): number {
    return this.#sentences.count(high, low)
  }

  /** Entries that count. */
  *living(): Iterable<number> {
    for (let entry = 0; entry < this.#bands.size; entry++) {
      if (this.#alive[entry] === 1) yield entry
    }
  }

  #grow(): void {
    const size = this.#alive.length * 2
    const [alive, offsets, ids] = [this.#alive, this.#offsets, this.#ids]
    this.#alive = new Uint8Array(size)
    this.#offsets = new Float64Array(size)
    this.#ids = new Uint32Array(size)
    this.#alive.set(alive)
    this.#offsets.set(offsets)
    this.#ids.set(ids)
  }
}
