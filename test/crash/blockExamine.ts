// A disk that a power cut has left: mounted, examined, opened, worked on, cut once more, and opened again.
import type * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Disk } from "../../src/services/durability/Disk.ts"
import { diskAtBoot, firstBoot } from "./blockBoot.ts"
import { BlockHost } from "./blockHost.ts"
import type { FileSystem } from "./blockHost.ts"
import { faultsAfter, faultsBefore, openAndAppend, standing } from "./dataCheck.ts"

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

const nothingKept = { chance: 0, tear: "whole", seed: 0 } as const

/** What the second cut left (I7): all that was acknowledged or reported, and it opens like any other disk. */
const examineTwiceCut = async (
  host: BlockHost,
  name: string,
  acknowledged: ReadonlyArray<string>,
  reported: Iterable<string>
): Promise<ReadonlyArray<string>> => {
  const root = `${host.mount(name)}/data`
  try {
    const there = standing(root)
    const lost = [...reported].filter((each) => !there.has(each))
    const faults = lost.map((each) => `I7: reported by the recovery and gone: ${each}`)
    faults.push(...faultsBefore(root, acknowledged, true))
    const more = await openAndAppend(root, 901, diskAtBoot(host.scratch(), name))
    return [...faults, ...faultsAfter(root, [...acknowledged, ...more])]
  } finally {
    host.unmount(name)
    await host.drop(name)
  }
}

/**
 * Every fault of the mounted disk, which is unmounted. `disk` opens it, in the boot that comes after the cut; the second
 * cut comes right after its recovery, and nothing that no flush covers outlives that.
 */
export const examineDisk = async (
  host: BlockHost,
  name: string,
  acknowledged: ReadonlyArray<string>,
  disk: Layer.Layer<Disk>
): Promise<ReadonlyArray<string>> => {
  const after = `${name}-after`
  const root = `${host.pointOf(name)}/data`
  const faults: Array<string> = []
  let reported: Iterable<string> = []
  try {
    faults.push(...faultsBefore(root, acknowledged, true))
    await openAndAppend(root, undefined, disk)
    faults.push(...faultsAfter(root, acknowledged))
    reported = standing(root)
    await host.cut(name, undefined, nothingKept, after)
    const more = await openAndAppend(root, 900, disk)
    faults.push(...faultsAfter(root, [...acknowledged, ...more]))
  } catch (error) {
    return [...faults, `it does not open again: ${messageOf(error)}`]
  } finally {
    host.unmount(name)
  }
  try {
    return [...faults, ...await examineTwiceCut(host, after, acknowledged, reported)]
  } catch (error) {
    return [...faults, `after the second cut it does not open again: ${messageOf(error)}`]
  }
}

/** What is known of a disk besides its bytes. */
export interface KeptDisk {
  readonly kind: FileSystem
  readonly acknowledged: ReadonlyArray<string>
  readonly sameBoot: boolean
}

const imageOf = (file: string): string => file.replace(/(\.json)?$/, ".img")

/** Keeps a disk in two files: `file`, and its bytes beside it. */
export const keepDisk = (host: BlockHost, name: string, file: string, kept: KeptDisk): void => {
  fs.writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`)
  host.save(name, imageOf(file))
}

/** The same examination once more, of a disk that was kept. */
export const examineKept = async (file: string): Promise<ReadonlyArray<string>> => {
  const kept = JSON.parse(fs.readFileSync(file, "utf8")) as KeptDisk
  const host = await BlockHost.start(kept.kind)
  try {
    const name = "kept"
    await host.load(name, path.resolve(imageOf(file)))
    host.mount(name)
    const boot = kept.sameBoot ? firstBoot : name
    return await examineDisk(host, name, kept.acknowledged, diskAtBoot(host.scratch(), boot))
  } finally {
    host.dispose()
  }
}
