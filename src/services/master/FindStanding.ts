// The line that stands for one slug: by the index with a few reads, or by reading the masters where it does not say.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { exactObject } from "../ExactJson.ts"
import { SlugPrint } from "../items/Fingerprint.ts"
import { openCoveringIndex, settlingMasters } from "./CoveringIndex.ts"
import type { SettlingMaster } from "./CoveringIndex.ts"
import { codeOf, offsetOf, placeOf } from "./IndexPlace.ts"
import { lineOfSlugAt } from "./LineAt.ts"
import { MasterLine } from "./MasterLine.ts"
import { settledCode, stateOfCode } from "./SettledSlugs.ts"
import type { SettledState } from "./SettledSlugs.ts"
import { Standing } from "./Standing.ts"

export interface StandingLine {
  readonly state: SettledState
  readonly file: SettlingMaster
  /** Bytes from the beginning of the file. */
  readonly offset: number
  /** Numbers with the digits that they have there (ExactJson). */
  readonly object: { readonly [key: string]: unknown }
  /** `acceptedAt` or `rejectedAt`, milliseconds since the epoch; -Infinity where the line does not say. */
  readonly atMs: number
}

/** Lines of one slug as they are met, and which of them stands. */
class Candidates {
  readonly #standing = new Standing()
  readonly #lines = new Map<number, Buffer>()
  #place = Number.NaN

  offer(name: SettlingMaster, line: MasterLine, offset: number): void {
    const place = placeOf(name === "successes" ? "accepted" : "rejected", offset)
    this.#lines.set(place, Buffer.from(line.bytes))
    const { after } = name === "successes"
      ? this.#standing.offerRecord(line, place)
      : this.#standing.offerReject(line, place)
    this.#place = after
  }

  get found(): Option.Option<StandingLine> {
    const bytes = this.#lines.get(this.#place)
    const state = stateOfCode(codeOf(this.#place))
    if (bytes === undefined || state === undefined) return Option.none()
    const line = new MasterLine()
    line.read(bytes)
    const file = state === "accepted" ? "successes" : "rejects"
    const object = exactObject(line.bytes.toString("utf8")) ?? {}
    return Option.some({ state, file, offset: offsetOf(this.#place), object, atMs: line.atMs })
  }
}

/** Offers the line at a place; answers whether it is one of the slug. */
const offerAt = Effect.fnUntraced(function*(
  data: DataPaths,
  slug: string,
  place: number,
  candidates: Candidates
) {
  const name = codeOf(place) === settledCode.accepted ? "successes" : "rejects"
  const bytes = yield* lineOfSlugAt(data[name], offsetOf(place), slug)
  if (bytes === undefined) return false
  const line = new MasterLine()
  line.read(bytes)
  candidates.offer(name, line, offsetOf(place))
  return true
})

/** Undefined where only the masters can tell. */
const recall = Effect.fnUntraced(function*(
  data: DataPaths,
  slug: string
): Effect.fn.Return<
  Option.Option<StandingLine> | undefined,
  DiskError,
  Disk | Scope.Scope
> {
  const index = yield* openCoveringIndex(data)
  if (index === undefined) return undefined
  const print = new SlugPrint()
  print.ofText(slug)
  const place = yield* index.file.find(print.words)
  if (place === undefined) return undefined
  const candidates = new Candidates()
  if (Option.isSome(place) && !(yield* offerAt(data, slug, place.value, candidates))) {
    return undefined
  }
  const isDemoted = Option.exists(place, (found) => codeOf(found) === settledCode.demoted)
  const tail = yield* index.visitTail((name, line, offset) => {
    if (line.slug !== slug) return
    if (isDemoted && name === "successes") return false
    candidates.offer(name, line, offset)
  })
  return tail === undefined ? undefined : candidates.found
}, Effect.scoped)

const search = Effect.fnUntraced(function*(data: DataPaths, slug: string) {
  const candidates = new Candidates()
  const line = new MasterLine()
  for (const name of settlingMasters) {
    yield* scanLines(data[name], {}, (bytes, offset) => {
      const kind = line.read(bytes)
      if (kind === "blank" || kind === "corrupt" || line.slug !== slug) return
      candidates.offer(name, line, offset)
    })
  }
  return candidates.found
})

/** None for a slug that is not settled. Reads only. */
export const findStanding = Effect.fnUntraced(function*(
  slug: string
): Effect.fn.Return<Option.Option<StandingLine>, DiskError, DataDirectory | Disk> {
  const data = yield* DataDirectory
  return (yield* recall(data, slug)) ?? (yield* search(data, slug))
})
