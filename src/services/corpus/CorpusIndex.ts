// The pieces of the corpus in memory: who is like a piece, in how many its sentences and beginnings stand, and who was
// superseded.
import { fingerprintWords } from "../items/Fingerprint.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { type Candidates, CandidateSearch } from "./CandidateSearch.ts"
import { CommonShingles } from "./CommonShingles.ts"
import type { StoredPiece } from "./CorpusFile.ts"
import type { NumberArray, SavedArrays } from "./NumberArrays.ts"
import { PieceCounts } from "./PieceCounts.ts"
import { Postings } from "./Postings.ts"
import { maxSimilarityDefault } from "./Profile.ts"
import type { CorpusRules, Profile } from "./Profile.ts"
import { sketchOf } from "./Sketch.ts"

/** Where an entry's profile is: in memory, or at a byte of the file; -1 where it is gone. */
export type Whereabouts = StoredPiece | number

export class CorpusIndex {
  readonly #compares: boolean
  readonly #postings = new Postings()
  readonly #common = new CommonShingles()
  readonly #search: CandidateSearch
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
    this.#search = new CandidateSearch({
      limit: nearDuplicate?.maxSimilarity ?? maxSimilarityDefault,
      postings: this.#postings,
      common: this.#common,
      isAlive: (entry) => this.isAlive(entry),
      sizeOf: (entry) => this.#sizes[entry]!
    })
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
    piece: Pick<Profile, "inOrder" | "shingles">,
    except: number | undefined
  ): Candidates {
    return this.#compares && piece.shingles.length > 0
      ? this.#search.candidates(piece, except)
      : { entries: [], unsure: undefined }
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
