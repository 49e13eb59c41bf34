// `Disk` over node:fs: raw file descriptors, one system call per method.
//
// A metadata call is made synchronously: 2 µs against 30 to 60 µs through the thread pool, and an append needs two or
// three of them. What can wait on the device (sync, large reads and writes) goes through the pool and never blocks the
// event loop. Every call is uninterruptible: interrupting a fiber does not stop a write that has begun, and its buffer
// and descriptor must stay what they are until the kernel has answered.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import * as path from "node:path"
import { Disk } from "../services/durability/Disk.ts"
import type { DiskError, DiskFile, FileStat, OpenMode } from "../services/durability/Disk.ts"
import { nodeDiskError } from "./NodeDiskError.ts"

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR } = fs.constants
// Without it, opening a named pipe that nobody writes to would stop the whole process. Regular files ignore it.
const O_NONBLOCK = fs.constants.O_NONBLOCK ?? 0

const openFlags: { readonly [mode in OpenMode]: number } = {
  read: O_RDONLY | O_NONBLOCK,
  append: O_APPEND | O_RDWR | O_CREAT,
  update: O_RDWR | O_CREAT,
  create: O_RDWR | O_CREAT | O_EXCL
}

/** Up to here a positional read or write is made at once: it costs less than the way through the thread pool. */
const syncBytesMax = 4 * 1024
/** The same for an append, which goes to memory only: 128 KiB take 70 µs at once and 110 µs through the pool. */
const syncAppendBytesMax = 128 * 1024
/** One call never takes more: Node refuses lengths of 2 GiB, and callers loop over short counts anyway. */
const callBytesMax = 1024 * 1024 * 1024

const now = <A>(operation: string, file: string, call: () => A): Effect.Effect<A, DiskError> =>
  Effect.try({ try: call, catch: (cause) => nodeDiskError(operation, file, cause) })

type Done<A> = (error: NodeJS.ErrnoException | null, value: A) => void

const pooled = <A>(
  operation: string,
  file: string,
  start: (done: Done<A>) => void
): Effect.Effect<A, DiskError> =>
  Effect.uninterruptible(Effect.callback<A, DiskError>((resume) => {
    const done: Done<A> = (error, value) =>
      resume(
        error === null ? Effect.succeed(value) : Effect.fail(nodeDiskError(operation, file, error))
      )
    try {
      start(done)
    } catch (cause) {
      resume(Effect.fail(nodeDiskError(operation, file, cause)))
    }
  }))

/**
 * A file number fits a double in practice. Some stacked and network file systems number with all 64 bits, and rounding
 * would make two files one; their high bits are folded into the low ones instead.
 */
const inodeOf = (inode: number, exact: () => bigint): number => {
  if (Number.isSafeInteger(inode)) return inode
  const bits = exact()
  return Number(BigInt.asUintN(53, bits ^ ((bits >> 53n) * 0x9e3779b97f4an)))
}

const toFileStat = (stats: fs.Stats, exact: () => bigint): FileStat => ({
  kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
  size: stats.size,
  inode: inodeOf(stats.ino, exact),
  modifiedAtMs: stats.mtimeMs,
  changedAtMs: stats.ctimeMs
})

const openSync = (file: string, mode: OpenMode): DiskFile => {
  const handle = fs.openSync(file, openFlags[mode], 0o666)
  try {
    // The kernel opens a directory for reading and fails only at the first read.
    if (mode === "read" && fs.fstatSync(handle).isDirectory()) {
      throw Object.assign(new Error("is a directory"), { code: "EISDIR" })
    }
  } catch (cause) {
    fs.closeSync(handle)
    throw cause
  }
  return { path: file, handle }
}

/** A file system that has stopped after an error of its device says nothing of a file: it is closed all the same. */
const isNameless = (handle: number): boolean => {
  try {
    return fs.fstatSync(handle).nlink === 0
  } catch {
    return false
  }
}

/**
 * What close reports is of no use: whatever had to be durable was synced before. The last close of a file without a name
 * frees its blocks, which takes a third of a second for a gigabyte: not on the event loop.
 */
const close = ({ handle, path: file }: DiskFile) =>
  Effect.suspend(() =>
    isNameless(handle)
      ? pooled<void>("close", file, (done) => fs.close(handle, (error) => done(error ?? null)))
      : now("close", file, () => fs.closeSync(handle))
  ).pipe(Effect.ignore)

const open = (file: string, mode: OpenMode) =>
  Effect.acquireRelease(now("open", file, () => openSync(file, mode)), close)

const write = (operation: string, file: DiskFile, bytes: Uint8Array, position: number | null) => {
  const length = Math.min(bytes.byteLength, callBytesMax)
  return length <= (position === null ? syncAppendBytesMax : syncBytesMax)
    ? now(operation, file.path, () => fs.writeSync(file.handle, bytes, 0, length, position))
    : pooled<number>(
      operation,
      file.path,
      (done) => fs.write(file.handle, bytes, 0, length, position, done)
    )
}

const read = (file: DiskFile, into: Uint8Array, position: number) => {
  const length = Math.min(into.byteLength, callBytesMax)
  return length <= syncBytesMax
    ? now("read", file.path, () => fs.readSync(file.handle, into, 0, length, position))
    : pooled<number>(
      "read",
      file.path,
      (done) => fs.read(file.handle, into, 0, length, position, done)
    )
}

const compareBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b))

const list = (directory: string) =>
  Effect.map(
    pooled<Array<string>>("list", directory, (done) => fs.readdir(directory, done)),
    (names) => names.sort(compareBytes)
  )

const syncDirectory = (directory: string) =>
  Effect.acquireUseRelease(
    now("syncDirectory", directory, () =>
      fs.openSync(directory, O_RDONLY | (fs.constants.O_DIRECTORY ?? 0))),
    (handle) =>
      pooled<void>("syncDirectory", directory, (done) =>
        fs.fsync(handle, (error) =>
          done(error))),
    (handle) => Effect.ignore(now("close", directory, () => fs.closeSync(handle)))
  )

const statPath = (file: string): FileStat | undefined => {
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  return stats && toFileStat(stats, () => fs.statSync(file, { bigint: true }).ino)
}

/** The missing directories on the way to `directory`, outermost first; fails on what is there and is no directory. */
const missingDirectories = (directory: string): ReadonlyArray<string> => {
  const missing: Array<string> = []
  for (let at = path.resolve(directory);; at = path.dirname(at)) {
    const stats = fs.statSync(at, { throwIfNoEntry: false })
    if (stats?.isDirectory()) return missing.reverse()
    if (stats) throw Object.assign(new Error(`${at} is not a directory`), { code: "ENOTDIR" })
    missing.push(at)
  }
}

const mkdir = (directory: string): void => {
  try {
    fs.mkdirSync(directory)
  } catch (cause) {
    // Another process was faster.
    if (
      (cause as NodeJS.ErrnoException).code !== "EEXIST" || !fs.statSync(directory).isDirectory()
    ) throw cause
  }
}

/**
 * Whoever made the deepest directory that is there may have died before syncing it, so its entry is synced too. That
 * one may be out of reach (the parent of a mount or of another user): then it is not ours and was there before.
 */
const makeDirectory = (directory: string) =>
  Effect.uninterruptible(Effect.gen(function*() {
    const missing = yield* now("makeDirectory", directory, () => missingDirectories(directory))
    const deepest = path.dirname(missing[0] ?? path.join(path.resolve(directory), "child"))
    yield* Effect.catchIf(
      syncDirectory(path.dirname(deepest)),
      (error) => error.code === "EACCES" || error.code === "EPERM",
      () => Effect.void
    )
    for (const each of missing) {
      yield* now("makeDirectory", each, () => mkdir(each))
      yield* syncDirectory(path.dirname(each))
    }
  }))

const freeSpace = (file: string): number => {
  const { bavail, bsize } = fs.statfsSync(file)
  return bavail * bsize
}

const nodeDisk = Disk.of({
  open,
  append: (file, bytes) => write("append", file, bytes, null),
  writeAt: (file, bytes, position) => write("writeAt", file, bytes, position),
  read,
  truncate: (file, size) => now("truncate", file.path, () => fs.ftruncateSync(file.handle, size)),
  datasync: (file) =>
    pooled<void>(
      "datasync",
      file.path,
      (done) => fs.fdatasync(file.handle, (error) => done(error))
    ),
  rename: (from, to) => now("rename", to, () => fs.renameSync(from, to)),
  unlink: (file) => now("unlink", file, () => fs.unlinkSync(file)),
  list,
  makeDirectory,
  syncDirectory,
  stat: (file) => now("stat", file, () => Option.fromUndefinedOr(statPath(file))),
  realPath: (file) => now("realPath", file, () => fs.realpathSync.native(file)),
  statFile: (file) =>
    now(
      "statFile",
      file.path,
      () =>
        toFileStat(fs.fstatSync(file.handle), () => fs.fstatSync(file.handle, { bigint: true }).ino)
    ),
  freeSpace: (file) => now("freeSpace", file, () => freeSpace(file))
})

/** The disk of the machine. `DiskFile.handle` is the file descriptor. */
export const layer: Layer.Layer<Disk> = Layer.succeed(Disk, nodeDisk)
