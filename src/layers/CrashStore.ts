// A memory disk that writes down what is done to it, so that every state a crash could leave can be worked out later.
import * as path from "node:path"
import type { DiskFile, OpenMode } from "../services/durability/Disk.ts"
import type { CrashImage } from "./CrashImage.ts"
import type { CallDetail } from "./MemoryFaults.ts"
import { MemoryStore } from "./MemoryStore.ts"
import type { FileNode } from "./MemoryTree.ts"

/** One change of the disk, or one sync. Failed calls change nothing, except for a sync: what it left is not known. */
export type CrashOp =
  | { readonly kind: "create"; readonly path: string; readonly inode: number }
  | { readonly kind: "write"; readonly inode: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly inode: number; readonly size: number }
  | { readonly kind: "rename"; readonly from: string; readonly to: string; readonly inode: number }
  | { readonly kind: "unlink"; readonly path: string }
  | { readonly kind: "makeDirectory"; readonly path: string }
  | { readonly kind: "datasync"; readonly inode: number; readonly failed: boolean }
  | { readonly kind: "syncDirectory"; readonly path: string; readonly failed: boolean }

const bootIdPath = "/proc/sys/kernel/random/boot_id"

const absolute = (target: string): string => path.posix.resolve("/", target)

export class CrashStore extends MemoryStore {
  /** What was done since this store began with its image. */
  readonly ops: Array<CrashOp> = []
  /** Handles whose writes all go to the end. */
  readonly #appending = new Set<number>()
  /** A handle may be closed twice: by its process's death and by its scope. */
  readonly #handles = new Set<number>()

  constructor(image: CrashImage, capacityBytes = Number.MAX_SAFE_INTEGER) {
    super(capacityBytes)
    for (const directory of image.directories) this.tree.makeDirectory(directory, 0)
    const nodes = new Map<number, FileNode>()
    for (const { bytes, inode, path: target } of image.files) {
      let node = nodes.get(inode)
      if (node === undefined) {
        // The image is shared by many stores.
        const data = Buffer.from(bytes)
        node = {
          kind: "file",
          inode,
          data,
          size: data.byteLength,
          modifiedAtMs: 0,
          links: 0,
          handles: 0
        }
        nodes.set(inode, node)
      }
      this.tree.link(target, node)
    }
    super.put(bootIdPath, `${image.bootId}\n`)
    this.ops.length = 0
  }

  /** A file that is there and durable before anything happens. */
  override put(target: string, content: string | Uint8Array, nowMs = 0): void {
    super.put(target, content, nowMs)
    this.ops.push({ kind: "datasync", inode: this.stat(target)?.inode ?? 0, failed: false })
    this.ops.push({
      kind: "syncDirectory",
      path: path.posix.dirname(absolute(target)),
      failed: false
    })
  }

  override enter(operation: string, target: string, detail?: CallDetail): number {
    try {
      return super.enter(operation, target, detail)
    } catch (cause) {
      const failed = this.#syncOf(operation, target, detail?.file)
      if (failed !== undefined) this.ops.push(failed)
      throw cause
    }
  }

  /** What a sync that was made to fail was for: the open file, whatever its path names by now. */
  #syncOf(operation: string, target: string, file: DiskFile | undefined): CrashOp | undefined {
    if (operation === "datasync" && file !== undefined && this.#handles.has(file.handle)) {
      return { kind: "datasync", inode: this.statFile(file).inode, failed: true }
    }
    return operation === "syncDirectory"
      ? { kind: "syncDirectory", path: absolute(target), failed: true }
      : undefined
  }

  override open(target: string, mode: OpenMode, nowMs: number): DiskFile {
    const isNew = mode !== "read" && this.stat(target) === undefined
    const file = super.open(target, mode, nowMs)
    this.#handles.add(file.handle)
    if (mode === "append") this.#appending.add(file.handle)
    if (isNew) {
      this.ops.push({ kind: "create", path: absolute(target), inode: this.statFile(file).inode })
    }
    return file
  }

  override close(file: DiskFile): void {
    if (!this.#handles.has(file.handle)) return
    super.close(file)
    this.#handles.delete(file.handle)
    this.#appending.delete(file.handle)
  }

  override unlock(file: DiskFile): void {
    if (this.#handles.has(file.handle)) super.unlock(file)
  }

  override abandon(file: DiskFile): void {
    if (this.#handles.has(file.handle)) super.abandon(file)
  }

  override write(
    file: DiskFile,
    bytes: Uint8Array,
    position: number | null,
    atMost: number,
    nowMs: number
  ): number {
    const { inode, size } = this.statFile(file)
    const at = position === null || this.#appending.has(file.handle) ? size : position
    const count = super.write(file, bytes, position, atMost, nowMs)
    if (count > 0) {
      this.ops.push({ kind: "write", inode, at, bytes: Buffer.from(bytes.subarray(0, count)) })
    }
    return count
  }

  override truncate(file: DiskFile, size: number, nowMs: number): void {
    super.truncate(file, size, nowMs)
    this.ops.push({ kind: "truncate", inode: this.statFile(file).inode, size })
  }

  override rename(from: string, to: string, nowMs: number): void {
    const inode = this.stat(from)?.inode ?? 0
    super.rename(from, to, nowMs)
    this.ops.push({ kind: "rename", from: absolute(from), to: absolute(to), inode })
  }

  override unlink(target: string, nowMs: number): void {
    super.unlink(target, nowMs)
    this.ops.push({ kind: "unlink", path: absolute(target) })
  }

  override makeDirectory(target: string, nowMs: number): void {
    const parents: Array<string> = []
    for (let at = absolute(target); this.stat(at) === undefined; at = path.posix.dirname(at)) {
      parents.push(at)
    }
    super.makeDirectory(target, nowMs)
    for (const made of parents.reverse()) this.ops.push({ kind: "makeDirectory", path: made })
  }

  override datasync(file: DiskFile): void {
    super.datasync(file)
    this.ops.push({ kind: "datasync", inode: this.statFile(file).inode, failed: false })
  }

  override syncDirectory(target: string): void {
    super.syncDirectory(target)
    this.ops.push({ kind: "syncDirectory", path: absolute(target), failed: false })
  }
}
