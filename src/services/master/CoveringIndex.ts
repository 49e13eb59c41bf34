// An index that was made from the masters that stand, and the lines that were appended to them since.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import { holdFile, isCovered, isNamed } from "./Coverage.ts"
import { openIndex } from "./IndexFile.ts"
import type { IndexFile } from "./IndexFile.ts"
import { MasterLine } from "./MasterLine.ts"

/** The masters that say what is settled, in the order in which they are read. */
export const settlingMasters = ["successes", "rejects"] as const
export type SettlingMaster = (typeof settlingMasters)[number]

/** Both, held open, so that it can be told later whether they were replaced. */
export const holdMasters = (data: DataPaths) =>
  Effect.forEach(settlingMasters, (name) => holdFile(data[name]))

/** Whether the paths name the masters that are held. */
export const areNamed = Effect.fnUntraced(function*(
  data: DataPaths,
  held: ReadonlyArray<DiskFile | undefined>
): Effect.fn.Return<boolean, DiskError, Disk> {
  for (const [index, name] of settlingMasters.entries()) {
    if (!(yield* isNamed(data[name], held[index]))) return false
  }
  return true
})

export interface CoveringIndex {
  readonly file: IndexFile
  /**
   * Visits the lines that the index does not cover, those of `successes` first, blank ones left out, and answers how
   * many lines there are. Undefined where they cannot be taken in one by one: the visitor answered false, one is
   * corrupt, one takes a record back, or the masters were replaced meanwhile.
   */
  readonly visitTail: (
    visit: (name: SettlingMaster, line: MasterLine, offset: number) => void | false
  ) => Effect.Effect<number | undefined, DiskError>
}

const visitTail = (data: DataPaths, file: IndexFile, held: ReadonlyArray<DiskFile | undefined>) =>
  Effect.fnUntraced(function*(
    visit: Parameters<CoveringIndex["visitTail"]>[0]
  ): Effect.fn.Return<number | undefined, DiskError, Disk> {
    const line = new MasterLine()
    let lines = 0
    let isPlain = true
    for (const name of settlingMasters) {
      const from = file.header[name].bytes
      const report = yield* scanLines(data[name], { from }, (bytes, offset) => {
        const kind = line.read(bytes)
        if (kind === "blank") return
        isPlain = kind !== "corrupt" && (name === "successes" || line.meta.demotes === undefined) &&
          visit(name, line, offset) !== false
        return isPlain ? undefined : false
      })
      if (!isPlain) return undefined
      lines += report.lines
    }
    return (yield* areNamed(data, held)) ? lines : undefined
  })

/** Undefined where there is no such index. Files stay open as long as the scope. */
export const openCoveringIndex = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<CoveringIndex | undefined, DiskError, Disk | Scope.Scope> {
  const disk = yield* Disk
  const file = yield* openIndex(data)
  if (file === undefined) return undefined
  const held = yield* holdMasters(data)
  for (const [index, name] of settlingMasters.entries()) {
    if (!(yield* isCovered(held[index], file.header[name]))) return undefined
  }
  return {
    file,
    visitTail: (visit) => Effect.provideService(visitTail(data, file, held)(visit), Disk, disk)
  }
})
