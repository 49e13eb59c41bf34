// A disk in memory: what MemoryDisk's calls act on. Several layers over one store are processes on one disk.
import * as path from "node:path"
import type { DiskFile, FileStat, OpenMode } from "../services/durability/Disk.ts"
import { fail, MemoryFaults } from "./MemoryFaults.ts"
import type { DirectoryNode, FileNode } from "./MemoryTree.ts"
import { MemoryTree, statOf } from "./MemoryTree.ts"

interface OpenFile {
  readonly node: FileNode
  readonly mode: OpenMode
}

/** The lock of a file: the handle that holds it and who waits, first come first served. */
interface Lock {
  holder: number
  readonly waiting: Array<{ readonly handle: number; readonly granted: () => void }>
}

export class MemoryStore extends MemoryFaults {
  protected readonly tree: MemoryTree
  readonly #open = new Map<number, OpenFile>()
  readonly #locks = new Map<FileNode, Lock>()
  #handles = 0

  constructor(capacityBytes: number) {
    super()
    this.tree = new MemoryTree(capacityBytes)
  }

  /** From now on all files together may hold so many bytes. */
  setCapacity(bytes: number): void {
    this.tree.capacityBytes = bytes
  }

  /** Puts a file there with its parents, counting no call: a test's starting point. */
  put(target: string, content: string | Uint8Array, nowMs = 0): void {
    this.makeDirectory(path.posix.dirname(target), nowMs)
    const file = this.open(target, "update", nowMs)
    this.truncate(file, 0, nowMs)
    this.write(file, Buffer.from(content), 0, Number.POSITIVE_INFINITY, nowMs)
    this.close(file)
  }

  /** What a file holds now, counting no call; undefined when there is none. */
  get(target: string): Buffer | undefined {
    const node = this.tree.find(target)
    return node?.kind === "file" ? Buffer.from(node.data.subarray(0, node.size)) : undefined
  }

  /** The paths of all files, sorted, counting no call. */
  files(): ReadonlyArray<string> {
    return this.tree.files()
  }

  open(target: string, mode: OpenMode, nowMs: number): DiskFile {
    const node = this.tree.file(
      target,
      { create: mode !== "read", exclusive: mode === "create" },
      nowMs
    )
    const handle = ++this.#handles
    node.handles++
    this.#open.set(handle, { node, mode })
    return { path: target, handle }
  }

  /** Closes the file and gives its lock back, as the kernel does. */
  close(file: DiskFile): void {
    const { node } = this.#opened(file)
    this.abandon(file)
    this.unlock(file)
    this.#open.delete(file.handle)
    node.handles--
    this.tree.release(node)
  }

  /** Writes at a position, or at the end for a file opened to append. Answers the bytes that found room. */
  write(
    file: DiskFile,
    bytes: Uint8Array,
    position: number | null,
    atMost: number,
    nowMs: number
  ): number {
    const node = this.#writable(file)
    const at = this.#opened(file).mode === "append" || position === null ? node.size : position
    const room = Math.max(0, node.size - at + this.tree.freeBytes)
    const count = Math.min(bytes.byteLength, atMost, room)
    if (room === 0 && bytes.byteLength > 0) fail("ENOSPC", "no space left on device")
    this.tree.resize(node, Math.max(node.size, at + count))
    node.data.set(bytes.subarray(0, count), at)
    node.modifiedAtMs = nowMs
    return count
  }

  read(file: DiskFile, into: Uint8Array, position: number, atMost: number): number {
    const { node } = this.#opened(file)
    const count = Math.min(into.byteLength, atMost, Math.max(0, node.size - position))
    into.set(node.data.subarray(position, position + count))
    return count
  }

  truncate(file: DiskFile, size: number, nowMs: number): void {
    const node = this.#writable(file)
    if (size - node.size > this.tree.freeBytes) fail("ENOSPC", "no space left on device")
    this.tree.resize(node, size)
    node.modifiedAtMs = nowMs
  }

  /** This disk has nothing to lose. */
  datasync(file: DiskFile): void {
    this.#opened(file)
  }

  syncDirectory(target: string): void {
    this.directory(target)
  }

  rename(from: string, to: string, nowMs: number): void {
    this.tree.rename(from, to, nowMs)
  }

  unlink(target: string, nowMs: number): void {
    this.tree.unlink(target, nowMs)
  }

  list(target: string): ReadonlyArray<string> {
    const names = [...this.directory(target).entries.keys()].map((name) => Buffer.from(name))
    return names.sort((a, b) => a.compare(b)).map(String)
  }

  makeDirectory(target: string, nowMs: number): void {
    this.tree.makeDirectory(target, nowMs)
  }

  directory(target: string): DirectoryNode {
    return this.tree.directory(target)
  }

  /** This disk has no symbolic links: the path made absolute, where something is there. */
  realPath(target: string): string {
    if (this.tree.find(target) === undefined) fail("ENOENT", "no such file or directory")
    return path.posix.resolve("/", target)
  }

  stat(target: string): FileStat | undefined {
    const node = this.tree.find(target)
    return node && statOf(node)
  }

  statFile(file: DiskFile): FileStat {
    return statOf(this.#opened(file).node)
  }

  freeSpace(target: string): number {
    if (this.tree.find(target) === undefined) fail("ENOENT", "no such file or directory")
    return this.tree.freeBytes
  }

  tryLock(file: DiskFile): boolean {
    const node = this.#writable(file)
    const lock = this.#locks.get(node)
    if (lock !== undefined) return lock.holder === file.handle
    this.#locks.set(node, { holder: file.handle, waiting: [] })
    return true
  }

  /** Stands in line for a lock that is held; `granted` is called when it is had. */
  enqueue(file: DiskFile, granted: () => void): void {
    this.#locks.get(this.#opened(file).node)?.waiting.push({ handle: file.handle, granted })
  }

  /** Leaves the line. */
  abandon(file: DiskFile): void {
    const waiting = this.#locks.get(this.#opened(file).node)?.waiting ?? []
    const index = waiting.findIndex((waiter) => waiter.handle === file.handle)
    if (index >= 0) waiting.splice(index, 1)
  }

  unlock(file: DiskFile): void {
    const { node } = this.#opened(file)
    const lock = this.#locks.get(node)
    if (lock?.holder !== file.handle) return
    const next = lock.waiting.shift()
    if (next === undefined) {
      this.#locks.delete(node)
    } else {
      lock.holder = next.handle
      next.granted()
    }
  }

  #opened(file: DiskFile): OpenFile {
    return this.#open.get(file.handle) ?? fail("EBADF", "the file is closed")
  }

  #writable(file: DiskFile): FileNode {
    const { node, mode } = this.#opened(file)
    return mode === "read" ? fail("EBADF", "the file is open for reading only") : node
  }
}

/** An empty disk. `capacityBytes` bounds what its files may hold together; unbounded when it is not given. */
export const make = (options: { readonly capacityBytes?: number } = {}): MemoryStore =>
  new MemoryStore(options.capacityBytes ?? Number.MAX_SAFE_INTEGER)
