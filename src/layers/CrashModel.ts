// What is on a disk for certain and what may be, as its calls go by; and from that, every image a crash may leave.
import type { CrashImage } from "./CrashImage.ts"
import { nextBootId } from "./CrashImage.ts"
import type { FileSpace } from "./CrashFile.ts"
import { CrashFile } from "./CrashFile.ts"
import { CrashNames } from "./CrashNames.ts"
import type { CrashOp } from "./CrashStore.ts"
import * as path from "node:path"

export interface SurvivorOptions {
  /** Bytes that reach the disk together. Default 512. Smaller ones make more of short lines. */
  readonly sectorBytes?: number
  /** Paths of files of which only nothing, all, and garbage are told apart. */
  readonly isCoarse?: (path: string) => boolean
}

/** The images that a power cut may leave: a choice of one option in each dimension names one of them. */
export interface Survivors {
  /** How many options each dimension has. */
  readonly dimensions: ReadonlyArray<number>
  readonly image: (choice: ReadonlyArray<number>) => CrashImage
}

interface FileDimensions {
  readonly space: FileSpace
  /** Index of the dimension of the size; those of the sectors follow. */
  readonly at: number
}

const contentOf = (
  { base, sectors, sizes }: FileSpace,
  at: number,
  choice: ReadonlyArray<number>
): Buffer => {
  const bytes = Buffer.from(base)
  sectors.forEach((sector, index) =>
    sector.candidates[choice[at + 1 + index] ?? 0]?.copy(bytes, sector.at)
  )
  return bytes.subarray(0, sizes[choice[at] ?? 0])
}

const pathIn = (directory: string, name: string): string =>
  directory === "/" ? `/${name}` : `${directory}/${name}`

const none: ReadonlyMap<string, number> = new Map()

export class CrashModel {
  readonly #bootId: string
  readonly #directories: Array<string>
  readonly #files = new Map<number, CrashFile>()
  readonly #names = new Map<string, CrashNames>()

  constructor(image: CrashImage) {
    this.#bootId = image.bootId
    this.#directories = [...image.directories]
    const names = new Map<string, Map<string, number>>()
    for (const file of image.files) {
      this.#files.set(file.inode, new CrashFile(file.bytes))
      const directory = path.posix.dirname(file.path)
      const of = names.get(directory) ?? new Map<string, number>()
      names.set(directory, of.set(path.posix.basename(file.path), file.inode))
    }
    for (const [directory, of] of names) this.#names.set(directory, new CrashNames(of))
  }

  /** The same disk, to go on with apart. */
  fork(): CrashModel {
    const copy = new CrashModel({
      bootId: this.#bootId,
      directories: this.#directories,
      files: []
    })
    for (const [inode, file] of this.#files) copy.#files.set(inode, file.fork())
    for (const [directory, names] of this.#names) copy.#names.set(directory, names.fork())
    return copy
  }

  /** What `live` does not show of the disk and a power cut may: equal where it may leave the same. */
  doubt(): string {
    const parts = [
      ...[...this.#files].map(([inode, file]) => [inode, file.doubt()]),
      ...[...this.#names].map(([directory, names]) => [directory, names.doubt()])
    ]
    return parts.filter(([, doubt]) => doubt !== "").map((part) => part.join("\n")).join("\n")
  }

  apply(op: CrashOp): void {
    switch (op.kind) {
      case "create":
        this.#files.set(op.inode, new CrashFile(Buffer.alloc(0)))
        return this.#change([{ path: op.path, inode: op.inode }])
      case "write":
        return this.#file(op.inode).write(op.at, op.bytes)
      case "truncate":
        return this.#file(op.inode).truncate(op.size)
      case "rename":
        return this.#change([{ path: op.to, inode: op.inode }, { path: op.from, inode: undefined }])
      case "unlink":
        return this.#change([{ path: op.path, inode: undefined }])
      case "makeDirectory":
        return void this.#directories.push(op.path)
      case "datasync":
        return op.failed ? this.#file(op.inode).syncFailed() : this.#file(op.inode).synced()
      case "syncDirectory":
        return op.failed
          ? this.#names.get(op.path)?.syncFailed()
          : this.#names.get(op.path)?.synced()
    }
  }

  /** The disk as running processes see it: what the death of all of them leaves. */
  live(): CrashImage {
    const files: Array<CrashImage["files"][number]> = []
    for (const [directory, names] of this.#names) {
      for (const [name, inode] of names.live) {
        files.push({ path: pathIn(directory, name), inode, bytes: this.#file(inode).live })
      }
    }
    return { bootId: this.#bootId, directories: this.#directories, files }
  }

  /** What a power cut may leave now. */
  survivors({ isCoarse = () => false, sectorBytes = 512 }: SurvivorOptions = {}): Survivors {
    const dimensions: Array<number> = []
    const spaces = new Map<number, FileDimensions>()
    const directories = [...this.#names].map(([directory, names]) => {
      const options = names.options()
      for (const [name, inode] of options.flatMap((each) => [...each])) {
        if (spaces.has(inode)) continue
        const space = this.#file(inode).space(
          sectorBytes,
          isCoarse(pathIn(directory, name))
        )
        if (space === undefined) continue
        spaces.set(inode, { space, at: dimensions.length })
        dimensions.push(
          space.sizes.length,
          ...space.sectors.map(({ candidates }) => candidates.length)
        )
      }
      dimensions.push(options.length)
      return { directory, options, at: dimensions.length - 1 }
    })
    const image = (choice: ReadonlyArray<number>): CrashImage => {
      const contents = new Map<number, Buffer>()
      const bytesOf = (inode: number): Buffer => {
        const space = spaces.get(inode)
        const known = contents.get(inode)
        if (known !== undefined) return known
        const bytes = space === undefined
          ? this.#file(inode).live
          : contentOf(space.space, space.at, choice)
        contents.set(inode, bytes)
        return bytes
      }
      const files = directories.flatMap(({ at, directory, options }) =>
        [...(options[choice[at] ?? 0] ?? none)].map(([name, inode]) => ({
          path: pathIn(directory, name),
          inode,
          bytes: bytesOf(inode)
        }))
      )
      return { bootId: nextBootId(this.#bootId), directories: [...this.#directories], files }
    }
    return { dimensions, image }
  }

  /** Whether a file's contents and its name are on the disk for certain: no power cut can change them. */
  isDurable(target: string): boolean {
    const name = path.posix.basename(target)
    const named =
      this.#names.get(path.posix.dirname(target))?.options().map((names) => names.get(name)) ?? []
    return new Set(named).size === 1 && (named[0] === undefined || this.#file(named[0]).isCertain)
  }

  #file(inode: number): CrashFile {
    const file = this.#files.get(inode)
    if (file === undefined) throw new Error(`no file has the inode ${inode}`)
    return file
  }

  #change(
    changes: ReadonlyArray<{ readonly path: string; readonly inode: number | undefined }>
  ): void {
    const byDirectory = Map.groupBy(changes, (change) => path.posix.dirname(change.path))
    for (const [directory, of] of byDirectory) {
      let names = this.#names.get(directory)
      if (names === undefined) this.#names.set(directory, names = new CrashNames(none))
      names.change(
        of.map(({ inode, path: target }) => ({ name: path.posix.basename(target), inode }))
      )
    }
  }
}
