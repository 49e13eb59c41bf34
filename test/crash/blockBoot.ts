// The real disk as another boot of the machine sees it, or as a program with a planted defect would use it.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { Disk } from "../../src/services/durability/Disk.ts"

/** The boot in which the work was done. */
export const firstBoot = "first"

const bootIdPath = "/proc/sys/kernel/random/boot_id"

/** What a program would leave out: a check of power cuts that does not find it checks nothing. */
export interface Defect {
  /** While records are appended, or while a recovery is at work. */
  readonly phase: "work" | "recovery"
  /** Whose `datasync` does nothing. */
  readonly unsynced: RegExp
  /** Whether `syncDirectory` does nothing. */
  readonly namesUnsynced: boolean
}

export const defects: { readonly [name: string]: Defect } = {
  "no sync of updates": { phase: "work", unsynced: /updates\.jsonl$/, namesUnsynced: false },
  "no sync of successes": { phase: "work", unsynced: /successes\.jsonl$/, namesUnsynced: false },
  "no sync of rejects": { phase: "work", unsynced: /rejects\.jsonl$/, namesUnsynced: false },
  "no sync of the journal": { phase: "work", unsynced: /ai-run-.*\.jsonl$/, namesUnsynced: false },
  "no sync in a recovery": { phase: "recovery", unsynced: /./, namesUnsynced: true },
  "no sync of directories": { phase: "work", unsynced: /^$/, namesUnsynced: true }
}

/** `boot` names it; its id is kept in a file of that name in `directory`, outside of the disk that is tested. */
export const diskAtBoot = (directory: string, boot: string, defect?: Defect): Layer.Layer<Disk> => {
  const idFile = `${directory}/${boot}`
  fs.writeFileSync(idFile, `${boot}\n`)
  return Layer.effect(
    Disk,
    Effect.map(Disk, (disk) => ({
      ...disk,
      open: (file, mode) => disk.open(file === bootIdPath ? idFile : file, mode),
      datasync: (file) => defect?.unsynced.test(file.path) ? Effect.void : disk.datasync(file),
      syncDirectory: (file) => defect?.namesUnsynced ? Effect.void : disk.syncDirectory(file)
    }))
  ).pipe(Layer.provide(NodeDisk.layer))
}
