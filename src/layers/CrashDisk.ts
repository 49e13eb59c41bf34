// A disk in memory that can lose power, and processes on it that can be killed, at any call.
//
// A machine runs processes on one disk. `powerCuts` goes through every moment of what they did and answers machines on
// what a power cut may have left then: of what was not synced anything between nothing and all is there (CrashFile,
// CrashNames). `killed` answers what the death of all processes leaves: everything, under the same boot id.
//
// Gotchas: the store's faults (`store.failNext`) fail calls; a sync failed that way has lost what it was for, though reads
// still show it. Directories are durable once `makeDirectory` is done, as the Disk contract has it.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Disk, DiskError } from "../services/durability/Disk.ts"
import type { DiskFile } from "../services/durability/Disk.ts"
import { FileLock } from "../services/durability/FileLock.ts"
import { choices } from "./CrashChoices.ts"
import type { CrashImage } from "./CrashImage.ts"
import { emptyImage } from "./CrashImage.ts"
import type { SurvivorOptions } from "./CrashModel.ts"
import { CrashModel } from "./CrashModel.ts"
import type { CrashOp } from "./CrashStore.ts"
import { CrashStore } from "./CrashStore.ts"
import * as MemoryDisk from "./MemoryDisk.ts"

/** One process: closing its last breath closes its files and frees its locks. */
export interface CrashProcess {
  readonly layer: Layer.Layer<Disk | FileLock>
  /** Its calls fail from now on and change nothing; its locks are free. */
  readonly kill: () => void
  /** Kills it when it is about to make its n-th call, from 0. */
  readonly killAt: (n: number) => void
  readonly isAlive: () => boolean
  /** Calls made so far. */
  readonly calls: () => number
}

export interface PowerCut {
  /** How many of the disk's changes and syncs were done. */
  readonly after: number
  /** Which of the survivors this is: the same machine and the same choice give the same disk. */
  readonly choice: ReadonlyArray<number>
  readonly machine: CrashMachine
}

export interface PowerCutOptions extends SurvivorOptions {
  /** Survivors at each moment: all of them where there are no more than these, else a sample. Default 16. */
  readonly perMoment?: number
  /** Decides the samples. Default 1. */
  readonly seed?: number
}

const dead = (operation: string, path: string) =>
  new DiskError({ operation, path, code: "EKILLED", detail: "the process was killed" })

export class CrashMachine {
  /** What was on the disk for certain when the machine started. */
  readonly image: CrashImage
  readonly store: CrashStore

  /**
   * `ops` are what processes that are dead by now have done since the image: not all of it is on the disk. Who has a
   * model of that already saves the making of another.
   */
  constructor(
    image: CrashImage,
    ops: ReadonlyArray<CrashOp> = [],
    model: CrashModel | undefined = ops.length === 0 ? undefined : modelOf(image, ops)
  ) {
    this.image = image
    this.store = new CrashStore(model?.live() ?? image)
    this.store.ops.push(...ops)
  }

  /** A process that is never killed. */
  get layer(): Layer.Layer<Disk | FileLock> {
    return this.process().layer
  }

  process(): CrashProcess {
    const { store } = this
    const open = new Set<DiskFile>()
    let calls = 0
    let killAt = Number.POSITIVE_INFINITY
    let alive = true
    const kill = () => {
      alive = false
      for (const file of open) store.close(file)
    }
    const guard = <A, E, R>(operation: string, path: string, call: Effect.Effect<A, E, R>) =>
      Effect.suspend((): Effect.Effect<A, E | DiskError, R> => {
        if (alive && calls++ >= killAt) kill()
        return alive ? call : Effect.fail(dead(operation, path))
      })
    const wrap = (services: Context.Context<Disk | FileLock>) =>
      Context.make(Disk, guardDisk(Context.get(services, Disk), guard, open)).pipe(
        Context.add(FileLock, guardLocks(Context.get(services, FileLock), guard))
      )
    return {
      layer: Layer.effectContext(Effect.map(Effect.context<Disk | FileLock>(), wrap)).pipe(
        Layer.provide(MemoryDisk.layer(store))
      ),
      kill,
      killAt: (n) => void (killAt = n),
      isAlive: () => alive,
      calls: () => calls
    }
  }

  /** The machine after all its processes died: nothing is lost, and it is the same boot. */
  killed(): CrashMachine {
    return new CrashMachine(this.image, this.store.ops)
  }

  /** Power cuts at every moment of what was done so far, the beginning and the end included. */
  *powerCuts({ perMoment = 16, seed = 1, ...options }: PowerCutOptions = {}): Generator<PowerCut> {
    const model = new CrashModel(this.image)
    for (let after = 0; after <= this.store.ops.length; after++) {
      const op = this.store.ops[after - 1]
      if (op !== undefined) model.apply(op)
      const { dimensions, image } = model.survivors(options)
      for (const choice of choices(dimensions, perMoment, seed + after)) {
        yield { after, choice, machine: new CrashMachine(image(choice)) }
      }
    }
  }
}

const modelOf = (image: CrashImage, ops: ReadonlyArray<CrashOp>): CrashModel => {
  const model = new CrashModel(image)
  for (const op of ops) model.apply(op)
  return model
}

type Guard = <A, E, R>(
  operation: string,
  path: string,
  call: Effect.Effect<A, E, R>
) => Effect.Effect<A, E | DiskError, R>

const guardDisk = (disk: Disk["Service"], guard: Guard, open: Set<DiskFile>) =>
  Disk.of({
    open: (path, mode) =>
      Effect.tap(guard("open", path, disk.open(path, mode)), (file) =>
        Effect.acquireRelease(
          Effect.sync(() => open.add(file)),
          () => Effect.sync(() => open.delete(file))
        )),
    append: (file, bytes) => guard("append", file.path, disk.append(file, bytes)),
    writeAt: (file, bytes, position) =>
      guard("writeAt", file.path, disk.writeAt(file, bytes, position)),
    read: (file, into, position) => guard("read", file.path, disk.read(file, into, position)),
    truncate: (file, size) => guard("truncate", file.path, disk.truncate(file, size)),
    datasync: (file) => guard("datasync", file.path, disk.datasync(file)),
    rename: (from, to) => guard("rename", to, disk.rename(from, to)),
    unlink: (path) => guard("unlink", path, disk.unlink(path)),
    list: (directory) => guard("list", directory, disk.list(directory)),
    makeDirectory: (path) => guard("makeDirectory", path, disk.makeDirectory(path)),
    syncDirectory: (path) => guard("syncDirectory", path, disk.syncDirectory(path)),
    stat: (path) => guard("stat", path, disk.stat(path)),
    realPath: (path) => guard("realPath", path, disk.realPath(path)),
    statFile: (file) => guard("statFile", file.path, disk.statFile(file)),
    freeSpace: (path) => guard("freeSpace", path, disk.freeSpace(path))
  })

const guardLocks = (locks: FileLock["Service"], guard: Guard) =>
  FileLock.of({
    lock: (file) => guard("lock", file.path, locks.lock(file)),
    tryLock: (file) => guard("tryLock", file.path, locks.tryLock(file)),
    unlock: (file) => locks.unlock(file)
  })

/** A machine with an empty disk. */
export const start = (): CrashMachine => new CrashMachine(emptyImage)
