// Cuts the power of a memory disk at any call: what was synced is there afterwards, of the rest any part may be.
import * as path from "node:path"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import * as Store from "../../src/layers/MemoryStore.ts"

/**
 * What becomes of bytes and names that were not synced:
 * - `lost`: nothing of them is there;
 * - `kept`: all of them are;
 * - `torn`: of each sector the old state or the new, by turns, zeros where a file had grown; names are kept;
 * - `garbage`: as torn, with other bytes, newlines among them, where the new ones are missing;
 * - `hole`: all are there but the first sector.
 */
export const fates = ["lost", "kept", "torn", "garbage", "hole"] as const
export type Fate = (typeof fates)[number]

const bootIdPath = "/proc/sys/kernel/random/boot_id"
/** Small, so that a test's short lines span several. */
const sectorBytes = 64
const garbage = Buffer.from(`{"slug":"\n\0\u00ff}\n`)

export class PowerCut {
  readonly store: MemoryStore
  readonly #boot: number
  /** By inode: the bytes as of the file's last sync. */
  readonly #contents = new Map<number, Buffer>()
  /** By path: the inode as of the last sync of its directory. */
  readonly #names = new Map<string, number>()
  /** By inode: bytes that read well and are not on the disk, since their sync has failed once. */
  readonly #dropped = new Map<number, { readonly from: number; to: number }>()
  /** Calls made while it counted: those of the system under test. */
  operations: Array<string> = []
  #cutAt = Number.POSITIVE_INFINITY
  #failAt = Number.POSITIVE_INFINITY

  private constructor(store: MemoryStore, boot: number) {
    this.store = store
    this.#boot = boot
    if (boot > 0) store.put(bootIdPath, `boot ${boot}\n`)
    for (const file of store.files()) this.#remember(file)
    store.failAlways((call) => {
      const index = this.operations.length
      this.operations.push(`${call.operation} ${call.path}`)
      if (index >= this.#cutAt) return "EIO"
      if (call.operation === "truncate") this.#truncated(call.path, call.position ?? 0)
      if (index === this.#failAt) {
        if (call.operation === "datasync") this.#dropUnsynced(call.path)
        return "EIO"
      }
      if (call.operation === "datasync") {
        this.#contents.set(this.#inode(call.path), this.#written(call.path))
      }
      if (call.operation === "syncDirectory") this.#syncNames(call.path)
      return undefined
    })
  }

  /** `boot` 0 is a system that tells no boot id. */
  static start(boot = 1): PowerCut {
    return new PowerCut(Store.make(), boot)
  }

  /** From the n-th call on (from 0, counted from now) nothing reaches the disk any more. */
  cutAt(n: number): void {
    this.operations = []
    this.#cutAt = n
  }

  /** The n-th call (from 0, counted from now) fails, and only that one. */
  failAt(n: number): void {
    this.operations = []
    this.#failAt = n
  }

  get isCut(): boolean {
    return this.operations.length > this.#cutAt
  }

  /** Ends the faults: a process died, the machine runs on. */
  restore(): void {
    this.#cutAt = this.#failAt = Number.POSITIVE_INFINITY
  }

  /** The disk after the next boot. */
  reboot(fate: Fate): PowerCut {
    const store = Store.make()
    const names = fate === "lost"
      ? this.#names
      : new Map(this.store.files().map((file) => [file, this.#inode(file)]))
    for (const [file, inode] of names) {
      if (file !== bootIdPath) store.put(file, this.#afterwards(file, inode, fate))
    }
    return new PowerCut(store, this.#boot && this.#boot + 1)
  }

  #afterwards(file: string, inode: number, fate: Fate): Buffer {
    const durable = this.#contents.get(inode) ?? Buffer.alloc(0)
    const isStillThere = this.store.stat(file)?.inode === inode
    const live = isStillThere ? this.#live(file) : durable
    if (fate === "lost" || live.equals(durable)) return durable
    if (fate === "kept") return live
    const same = commonLength(durable, live)
    if (fate === "hole") return live.fill(0, same, Math.min(live.length, same + sectorBytes))
    const torn = Buffer.alloc(
      Math.max(live.length, durable.length),
      fate === "garbage" ? garbage : 0
    )
    for (let at = 0; at < torn.length; at += sectorBytes) {
      const source = (at / sectorBytes + live.length) % 2 === 0 ? live : durable
      if (at < source.length) source.copy(torn, at, at, at + sectorBytes)
    }
    // What was durable and is the same in both was not touched by any write.
    durable.copy(torn, 0, 0, same)
    return torn
  }

  /** The kernel gives up on what it could not write: it reads as before, and no later sync writes it. */
  #dropUnsynced(file: string): void {
    const live = this.#live(file)
    const durable = this.#contents.get(this.#inode(file)) ?? Buffer.alloc(0)
    this.#dropped.set(this.#inode(file), { from: commonLength(durable, live), to: live.length })
  }

  #truncated(file: string, size: number): void {
    const dropped = this.#dropped.get(this.#inode(file))
    if (dropped) dropped.to = Math.min(dropped.to, size)
  }

  /** What a sync of the file makes durable. */
  #written(file: string): Buffer {
    const bytes = this.#live(file)
    const dropped = this.#dropped.get(this.#inode(file))
    return dropped && dropped.from < dropped.to ? bytes.fill(0, dropped.from, dropped.to) : bytes
  }

  #remember(file: string): void {
    this.#contents.set(this.#inode(file), this.#live(file))
    this.#names.set(file, this.#inode(file))
  }

  #syncNames(directory: string): void {
    const isIn = (file: string) => path.posix.dirname(file) === path.posix.resolve("/", directory)
    for (const file of [...this.#names.keys()].filter(isIn)) this.#names.delete(file)
    for (const file of this.store.files().filter(isIn)) this.#names.set(file, this.#inode(file))
  }

  #inode(file: string): number {
    return this.store.stat(file)?.inode ?? -1
  }

  #live(file: string): Buffer {
    return this.store.get(file) ?? Buffer.alloc(0)
  }
}

const commonLength = (a: Buffer, b: Buffer): number => {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}
