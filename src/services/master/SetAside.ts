// The corrupt lines of the masters copied to quarantine, each with its position, before a consolidation leaves them out.
//
// Regions that were found together share a file of their bytes, one after the other; where there are several, a second
// file beside it says of each where it stood: a master may have any number of them.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { Damage } from "../durability/Damage.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { DiskError } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { quarantine } from "../durability/Quarantine.ts"
import type { RecoveryContext } from "../durability/RecoveryContext.ts"
import type { CorruptRegion } from "./Reading.ts"
import type { MasterName } from "./Survivors.ts"

/** What of the masters is in quarantine so far. */
export interface Asides {
  /** By the region's master and start. */
  readonly damage: Map<string, Damage>
  /** Every quarantine file that was written. */
  readonly paths: Array<string>
}

export const noAsides = (): Asides => ({ damage: new Map(), paths: [] })

/** Regions are brought together up to so many bytes. */
const bundleBytesMax = 16 * 1024 * 1024

const keyOf = ({ name, start }: CorruptRegion): string => `${name} ${start}`

/** Regions of one master in their order, as many as are set aside at once. */
const bundlesOf = (
  regions: ReadonlyArray<CorruptRegion>,
  name: MasterName
): ReadonlyArray<ReadonlyArray<CorruptRegion>> => {
  const bundles: Array<Array<CorruptRegion>> = []
  let bytes = Infinity
  for (const region of regions) {
    if (region.name !== name) continue
    const size = region.end - region.start
    if (bytes + size > bundleBytesMax) {
      bundles.push([])
      bytes = 0
    }
    bundles.at(-1)?.push(region)
    bytes += size
  }
  return bundles
}

const readRegions = Effect.fnUntraced(
  function*({ disk }: RecoveryContext, path: string, regions: ReadonlyArray<CorruptRegion>) {
    const file = yield* disk.open(path, "read")
    const parts: Array<Buffer> = []
    for (const { end, start } of regions) {
      const bytes = Buffer.allocUnsafeSlow(end - start)
      parts.push(bytes.subarray(0, yield* readAllAt(disk, file, bytes, start)))
    }
    return Buffer.concat(parts)
  },
  Effect.scoped
)

const setAside = Effect.fnUntraced(function*(
  data: DataPaths,
  context: RecoveryContext,
  regions: ReadonlyArray<CorruptRegion>,
  asides: Asides
): Effect.fn.Return<void, DiskError> {
  const [first] = regions
  if (first === undefined) return
  const file = data[first.name]
  const bytes = yield* readRegions(context, file, regions)
  const path = yield* quarantine(context, file, first.start, bytes)
  asides.paths.push(path)
  for (const region of regions) {
    const { end, lines, start } = region
    asides.damage.set(keyOf(region), { file, offset: start, bytes: end - start, lines, path })
  }
  if (regions.length === 1) return
  const places = regions.map(({ end, lines, start }) =>
    `${JSON.stringify({ offset: start, bytes: end - start, lines })}\n`
  )
  const beside = `${file}.places`
  asides.paths.push(
    yield* quarantine(context, beside, first.start, Buffer.from(places.join("")))
  )
})

/** Copies the regions that are not there yet. One that has grown since is set aside once more, whole. */
export const setAsideAll = Effect.fnUntraced(function*(
  data: DataPaths,
  context: RecoveryContext,
  regions: ReadonlyArray<CorruptRegion>,
  asides: Asides
): Effect.fn.Return<void, DiskError> {
  const fresh = regions.filter((region) =>
    asides.damage.get(keyOf(region))?.bytes !== region.end - region.start
  )
  for (const name of ["updates", "successes", "rejects"] as const) {
    for (const bundle of bundlesOf(fresh, name)) yield* setAside(data, context, bundle, asides)
  }
})
