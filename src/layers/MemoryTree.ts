// The names and bytes of a memory disk: directories, files behind them, and the room they take.
import * as path from "node:path"
import type { FileStat } from "../services/durability/Disk.ts"
import { fail } from "./MemoryFaults.ts"

export interface FileNode {
  readonly kind: "file"
  readonly inode: number
  data: Buffer
  size: number
  modifiedAtMs: number
  /** Names. */
  links: number
  /** Open handles. */
  handles: number
}

export interface DirectoryNode {
  readonly kind: "directory"
  readonly inode: number
  readonly entries: Map<string, Node>
  modifiedAtMs: number
}

export type Node = FileNode | DirectoryNode

/** Simulations ask for the same few paths over and over. */
const known = new Map<string, ReadonlyArray<string>>()
const knownMax = 1000

const segments = (target: string): ReadonlyArray<string> => {
  let names = known.get(target)
  if (names === undefined) {
    if (known.size >= knownMax) known.clear()
    names = path.posix.resolve("/", target).split("/").filter((name) => name !== "")
    known.set(target, names)
  }
  return names
}

export const statOf = (node: Node): FileStat => ({
  kind: node.kind,
  size: node.kind === "file" ? node.size : 0,
  inode: node.inode,
  modifiedAtMs: node.modifiedAtMs,
  changedAtMs: node.modifiedAtMs
})

export class MemoryTree {
  /** Bytes that all files together may hold. */
  capacityBytes: number
  #usedBytes = 0
  #inodes = 1
  readonly #root: DirectoryNode = {
    kind: "directory",
    inode: 1,
    entries: new Map(),
    modifiedAtMs: 0
  }

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes
  }

  get freeBytes(): number {
    return Math.max(0, this.capacityBytes - this.#usedBytes)
  }

  find(target: string): Node | undefined {
    let at: Node | undefined = this.#root
    for (const name of segments(target)) {
      if (at?.kind !== "directory") return undefined
      at = at.entries.get(name)
    }
    return at
  }

  directory(target: string): DirectoryNode {
    const node = this.find(target) ?? fail("ENOENT", "no such file or directory")
    return node.kind === "directory" ? node : fail("ENOTDIR", "not a directory")
  }

  /** The file at a path; `create` makes it where it is missing, `exclusive` fails where it is not. */
  file(
    target: string,
    options: { readonly create: boolean; readonly exclusive: boolean },
    nowMs: number
  ): FileNode {
    const { parent, name } = this.#parentOf(target)
    const found = name === "" ? parent : parent.entries.get(name)
    if (found !== undefined && options.exclusive) fail("EEXIST", "file exists")
    if (found?.kind === "directory") return fail("EISDIR", "is a directory")
    if (found === undefined && !options.create) fail("ENOENT", "no such file or directory")
    return found ?? this.#create(parent, name, nowMs)
  }

  rename(from: string, to: string, nowMs: number): void {
    const source = this.#parentOf(from)
    const target = this.#parentOf(to)
    const node = source.parent.entries.get(source.name) ??
      fail("ENOENT", "no such file or directory")
    const over = target.parent.entries.get(target.name)
    if (over === node) return
    if (over?.kind === "directory" && node.kind === "file") fail("EISDIR", "is a directory")
    if (over?.kind === "file" && node.kind === "directory") fail("ENOTDIR", "not a directory")
    if (over?.kind === "directory" && over.entries.size > 0) {
      fail("ENOTEMPTY", "directory not empty")
    }
    source.parent.entries.delete(source.name)
    target.parent.entries.set(target.name, node)
    source.parent.modifiedAtMs = target.parent.modifiedAtMs = nowMs
    if (over?.kind === "file") this.#unlinked(over)
  }

  unlink(target: string, nowMs: number): void {
    const { parent, name } = this.#parentOf(target)
    const node = parent.entries.get(name) ?? fail("ENOENT", "no such file or directory")
    if (node.kind === "directory") return fail("EISDIR", "is a directory")
    parent.entries.delete(name)
    parent.modifiedAtMs = nowMs
    this.#unlinked(node)
  }

  makeDirectory(target: string, nowMs: number): void {
    let at = this.#root
    for (const name of segments(target)) {
      const next: Node = at.entries.get(name) ??
        { kind: "directory", inode: ++this.#inodes, entries: new Map(), modifiedAtMs: nowMs }
      if (next.kind !== "directory") return fail("ENOTDIR", "not a directory")
      at.entries.set(name, next)
      at = next
    }
  }

  /** Gives a file of another tree, or one of this tree, a name here. New files get higher inodes. */
  link(target: string, node: FileNode): void {
    const { parent, name } = this.#parentOf(target)
    if (node.links === 0) this.#usedBytes += node.size
    node.links++
    parent.entries.set(name, node)
    this.#inodes = Math.max(this.#inodes, node.inode)
  }

  /** The paths of all files, sorted. */
  files(): ReadonlyArray<string> {
    const found: Array<string> = []
    const walk = (directory: DirectoryNode, at: string) => {
      for (const [name, node] of directory.entries) {
        if (node.kind === "file") found.push(`${at}/${name}`)
        else walk(node, `${at}/${name}`)
      }
    }
    walk(this.#root, "")
    return found.sort()
  }

  /** Gives a file another size; what is new in it reads as zeros. The caller has seen to the room. */
  resize(node: FileNode, size: number): void {
    if (size > node.data.byteLength) {
      const grown = Buffer.alloc(Math.max(size, node.data.byteLength * 2, 256))
      node.data.copy(grown, 0, 0, node.size)
      node.data = grown
    }
    if (size < node.size) node.data.fill(0, size, node.size)
    this.#usedBytes += size - node.size
    node.size = size
  }

  /** A file without a name keeps its bytes until its last handle is closed. */
  release(node: FileNode): void {
    if (node.links > 0 || node.handles > 0) return
    this.resize(node, 0)
    node.data = Buffer.alloc(0)
  }

  #unlinked(node: FileNode): void {
    node.links--
    this.release(node)
  }

  #parentOf(target: string): { readonly parent: DirectoryNode; readonly name: string } {
    const names = segments(target)
    const name = names.at(-1) ?? ""
    let at: Node = this.#root
    for (const each of names.slice(0, -1)) {
      const next: Node = at.entries.get(each) ?? fail("ENOENT", "no such file or directory")
      at = next.kind === "directory" ? next : fail("ENOTDIR", "not a directory")
    }
    return { parent: at, name }
  }

  #create(parent: DirectoryNode, name: string, nowMs: number): FileNode {
    const node: FileNode = {
      kind: "file",
      inode: ++this.#inodes,
      data: Buffer.alloc(0),
      size: 0,
      modifiedAtMs: nowMs,
      links: 1,
      handles: 0
    }
    parent.entries.set(name, node)
    parent.modifiedAtMs = nowMs
    return node
  }
}
