// The input as a file that can be read twice: the named one, or standard input kept in a scoped temp file.
//
// Standard input is spooled because the input is checked whole before any money is spent, and read again after. The
// spool lies in the system's temp directory, never in the data directory, and is unlinked the moment it is open: the
// kernel frees it when the process ends, even by kill -9.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile, FileStat } from "../durability/Disk.ts"
import { readAllAt, writeAllAt } from "../durability/FileIo.ts"
import { fileFault } from "./InputFaults.ts"
import type { InputError } from "./ItemSource.ts"

export interface InputFile {
  /** As the user named it; `-` is standard input. */
  readonly name: string
  readonly file: DiskFile
  /** The file when it was opened: what a later reading must still find. */
  readonly stat: FileStat
  /** Its first bytes, at most 4 KiB: enough to see what it is. */
  readonly head: Uint8Array
}

const headBytes = 4096

const reasons: { readonly [code: string]: string } = {
  ENOENT: "no such file; name the input with --in, or as input.path in inkfast.yaml",
  EACCES: "permission denied; make the file readable for this user",
  EISDIR: "is a directory; name a file in it, such as items.jsonl",
  ESPIPE: "is a pipe or a device, which cannot be read twice; pipe the rows in and use --in -"
}

const reason = (error: DiskError): string =>
  reasons[error.code] ?? `cannot be read: ${error.code}: ${error.detail}`

export const unreadable = (name: string, error: DiskError): InputError =>
  fileFault(name, reason(error))

const temporaryDirectory = Effect.gen(function*() {
  return (yield* Config.NonEmptyString("TMPDIR").pipe(Config.withDefault("/tmp"))).replace(
    /(?<=.)\/+$/,
    ""
  )
}).pipe(Effect.orElseSucceed(() => "/tmp"))

/** An open file without a name: nobody else can open it, and it is gone when the process is. */
const openNameless = (directory: string): Effect.Effect<DiskFile, DiskError, Disk | Scope.Scope> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const suffix = yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)
    const path = `${directory}/inkfast-stdin-${suffix.toString(36)}`
    yield* disk.makeDirectory(directory)
    return yield* Effect.uninterruptible(
      Effect.tap(disk.open(path, "create"), () => disk.unlink(path))
    )
  })

const spool: Effect.Effect<DiskFile, InputError, Disk | Stdio.Stdio | Scope.Scope> = Effect.gen(
  function*() {
    const disk = yield* Disk
    const stdio = yield* Stdio.Stdio
    if (yield* stdio.stdinIsTerminal) {
      return yield* fileFault("-", "standard input is a terminal; pipe the rows into the command")
    }
    const directory = yield* temporaryDirectory
    const failed = (error: DiskError): InputError => {
      const why =
        `${error.code}: ${error.detail}; free space there, or set TMPDIR to another directory`
      return fileFault("-", `standard input cannot be kept in ${directory}: ${why}`)
    }
    const file = yield* Effect.mapError(openNameless(directory), failed)
    let size = 0
    yield* stdio.stdin.pipe(
      Stream.mapError((error) => fileFault("-", `standard input cannot be read: ${error.message}`)),
      Stream.runForEach((bytes) => {
        const position = size
        size += bytes.byteLength
        return Effect.mapError(writeAllAt(disk, file, bytes, position), failed)
      })
    )
    return file
  }
)

const openNamed = (path: string): Effect.Effect<DiskFile, DiskError, Disk | Scope.Scope> =>
  Effect.flatMap(Disk, (disk) => disk.open(path, "read"))

/** Opens a file by its path, or standard input by `-`; closed, and the spool gone, when the scope ends. */
export const openInputFile = (
  path: string
): Effect.Effect<InputFile, InputError, Disk | Stdio.Stdio | Scope.Scope> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const failed = (error: DiskError) => unreadable(path, error)
    const file = path === "-" ? yield* spool : yield* Effect.mapError(openNamed(path), failed)
    const stat = yield* Effect.mapError(disk.statFile(file), failed)
    if (stat.kind === "other") return yield* fileFault(path, reasons["ESPIPE"]!)
    const head = new Uint8Array(Math.min(headBytes, stat.size))
    yield* Effect.mapError(readAllAt(disk, file, head, 0), failed)
    return { name: path, file, stat, head }
  })

export const changed = (input: InputFile): InputError =>
  fileFault(
    input.name,
    "the file changed since it was checked; start again: what is settled is not paid twice"
  )

/** Fails when the file is not what it was when it was opened: other contents, or another file in its place. */
export const unchanged = (
  disk: Disk["Service"],
  input: InputFile
): Effect.Effect<void, InputError> =>
  Effect.gen(function*() {
    const now = yield* disk.statFile(input.file)
    const there = input.name === "-" ? Option.some(now) : yield* disk.stat(input.name)
    const same = now.size === input.stat.size && now.modifiedAtMs === input.stat.modifiedAtMs &&
      Option.isSome(there) && there.value.inode === input.stat.inode
    if (!same) return yield* changed(input)
  }).pipe(
    Effect.catchTag("DiskError", (error) => Effect.fail(unreadable(input.name, error)))
  )
