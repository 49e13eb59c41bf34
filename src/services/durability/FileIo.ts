// Whole reads and writes over `Disk`, whose calls may do less than asked.
import * as Effect from "effect/Effect"
import type { Disk, DiskFile } from "./Disk.ts"
import { DiskError } from "./Disk.ts"

type DiskCalls = Disk["Service"]

/** A disk that takes nothing and reports no error would be asked forever. */
const nothingWritten = (operation: string, file: DiskFile): DiskError =>
  new DiskError({
    operation,
    path: file.path,
    code: "EIO",
    detail: "the disk took no byte and gave no error"
  })

const writeAll = (
  operation: string,
  file: DiskFile,
  bytes: Uint8Array,
  write: (rest: Uint8Array, done: number) => Effect.Effect<number, DiskError>
): Effect.Effect<void, DiskError> => {
  const from = (done: number): Effect.Effect<void, DiskError> =>
    done === bytes.byteLength ? Effect.void : Effect.flatMap(
      write(done === 0 ? bytes : bytes.subarray(done), done),
      (count) => count === 0 ? Effect.fail(nothingWritten(operation, file)) : from(done + count)
    )
  return from(0)
}

/** Appends all bytes. When it fails, a part of them may stand at the end of the file. */
export const appendAll = (
  disk: DiskCalls,
  file: DiskFile,
  bytes: Uint8Array
): Effect.Effect<void, DiskError> =>
  writeAll("append", file, bytes, (rest) => disk.append(file, rest))

/** Writes all bytes at a position. When it fails, a part of them may be written. */
export const writeAllAt = (
  disk: DiskCalls,
  file: DiskFile,
  bytes: Uint8Array,
  position: number
): Effect.Effect<void, DiskError> =>
  writeAll("writeAt", file, bytes, (rest, done) => disk.writeAt(file, rest, position + done))

/** Fills `into` from a position; answers the bytes read, fewer only where the file ends before. */
export const readAllAt = (
  disk: DiskCalls,
  file: DiskFile,
  into: Uint8Array,
  position: number
): Effect.Effect<number, DiskError> => {
  const from = (done: number): Effect.Effect<number, DiskError> =>
    done === into.byteLength ? Effect.succeed(done) : Effect.flatMap(
      disk.read(file, done === 0 ? into : into.subarray(done), position + done),
      (count) => count === 0 ? Effect.succeed(done) : from(done + count)
    )
  return from(0)
}

/** So many bytes from a position, in memory of their own; undefined where the file ends before. */
export const readPart = (
  disk: DiskCalls,
  file: DiskFile,
  position: number,
  length: number
): Effect.Effect<Buffer | undefined, DiskError> =>
  Effect.suspend(() => {
    const bytes = Buffer.allocUnsafeSlow(length)
    return Effect.map(
      readAllAt(disk, file, bytes, position),
      (count) => count === length ? bytes : undefined
    )
  })

/** The whole of a small file. `bytesMax` (default 64 MiB) bounds it: a larger one fails with code `EFBIG`. */
export const readFile = (
  disk: DiskCalls,
  path: string,
  bytesMax = 64 * 1024 * 1024
): Effect.Effect<Buffer, DiskError> =>
  Effect.scoped(Effect.gen(function*() {
    const file = yield* disk.open(path, "read")
    const { kind, size } = yield* disk.statFile(file)
    if (kind !== "file") {
      const detail = "not a regular file (a pipe or a device cannot be read at positions)"
      return yield* new DiskError({ operation: "read", path, code: "ESPIPE", detail })
    }
    if (size > bytesMax) {
      const detail =
        `the file has ${size} bytes, more than the ${bytesMax} that are read as a whole`
      return yield* new DiskError({ operation: "read", path, code: "EFBIG", detail })
    }
    const bytes = Buffer.allocUnsafe(size)
    return bytes.subarray(0, yield* readAllAt(disk, file, bytes, 0))
  }))

/** A small text file, UTF-8, without its byte order mark. Bytes that are no UTF-8 fail with code `EILSEQ`. */
export const readTextFile = (
  disk: DiskCalls,
  path: string,
  bytesMax?: number
): Effect.Effect<string, DiskError> =>
  Effect.flatMap(readFile(disk, path, bytesMax), (bytes) =>
    Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
      catch: () =>
        new DiskError({
          operation: "read",
          path,
          code: "EILSEQ",
          detail: "the file is not UTF-8 text"
        })
    }))

/** Names in a directory; none where it does not exist. */
export const listIfThere = (
  disk: DiskCalls,
  directory: string
): Effect.Effect<ReadonlyArray<string>, DiskError> =>
  Effect.catchIf(
    disk.list(directory),
    (error) => error.code === "ENOENT",
    () => Effect.succeed<ReadonlyArray<string>>([])
  )
