// The narrow door to the disk: everything Inkfast reads or writes goes through these calls.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** Calls whose own names say less to a person. */
const inWords: { readonly [operation in string]?: string } = {
  append: "write",
  writeAt: "write",
  datasync: "sync",
  truncate: "shorten",
  rename: "replace",
  unlink: "remove",
  list: "list the directory",
  makeDirectory: "make the directory",
  syncDirectory: "sync the directory",
  stat: "look at",
  statFile: "look at",
  realPath: "resolve",
  freeSpace: "ask for the free space at"
}

/** A call on the disk that failed: which call, on what path, with the system's own code (`ENOSPC`, `EIO`, …). */
export class DiskError extends Schema.TaggedError<DiskError>()("DiskError", {
  operation: Schema.String,
  path: Schema.String,
  code: Schema.String,
  /** In words, without the code. */
  detail: Schema.String
}) {
  override get message(): string {
    const { code, detail, operation, path } = this
    return `cannot ${inWords[operation] ?? operation} ${path}: ${detail} (${code})`
  }
}

/**
 * How a file is opened:
 * - `read`: must exist;
 * - `append`: created when missing; every `append` goes to the end (`O_APPEND`); may be read and truncated;
 * - `update`: created when missing; read and written at positions;
 * - `create`: must not exist (`O_EXCL`); read and written.
 */
export type OpenMode = "read" | "append" | "update" | "create"

/** An open file. Opaque to everyone but the layer that made it. */
export interface DiskFile {
  readonly path: string
  readonly handle: number
}

export interface FileStat {
  readonly kind: "file" | "directory" | "other"
  /** Bytes. */
  readonly size: number
  /** Identity of the file behind the path: a replaced file has another one. */
  readonly inode: number
  /** Milliseconds since the epoch. */
  readonly modifiedAtMs: number
  /** When contents, name or attributes changed last, by the system's clock: nobody can set it as they can the other. */
  readonly changedAtMs: number
}

export class Disk extends Context.Service<Disk, {
  /** Opens a file; closed when the scope ends. A created entry is durable only after `syncDirectory`. */
  readonly open: (path: string, mode: OpenMode) => Effect.Effect<DiskFile, DiskError, Scope.Scope>
  /** One write at the end of the file. Answers the bytes written, which may be fewer than asked. */
  readonly append: (file: DiskFile, bytes: Uint8Array) => Effect.Effect<number, DiskError>
  /** One write at a position (bytes). Answers the bytes written, which may be fewer than asked. */
  readonly writeAt: (
    file: DiskFile,
    bytes: Uint8Array,
    position: number
  ) => Effect.Effect<number, DiskError>
  /** One read into `into` from a position (bytes). Answers the bytes read; 0 at the end of the file. */
  readonly read: (
    file: DiskFile,
    into: Uint8Array,
    position: number
  ) => Effect.Effect<number, DiskError>
  readonly truncate: (file: DiskFile, size: number) => Effect.Effect<void, DiskError>
  /** `fdatasync`: contents and size are durable when it succeeds. Once it failed, nothing is known. */
  readonly datasync: (file: DiskFile) => Effect.Effect<void, DiskError>
  /** Replaces `to` atomically. Durable only after `syncDirectory` of its parent. */
  readonly rename: (from: string, to: string) => Effect.Effect<void, DiskError>
  readonly unlink: (path: string) => Effect.Effect<void, DiskError>
  /** Entry names of a directory, sorted by byte order. */
  readonly list: (directory: string) => Effect.Effect<ReadonlyArray<string>, DiskError>
  /** Creates the directory and its parents, each new entry synced into its parent. No error when it is there. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, DiskError>
  readonly syncDirectory: (path: string) => Effect.Effect<void, DiskError>
  /** What a path names now; none when nothing is there. Follows symbolic links. */
  readonly stat: (path: string) => Effect.Effect<Option.Option<FileStat>, DiskError>
  /** The absolute path with every symbolic link resolved. Fails with code `ENOENT` when nothing is there. */
  readonly realPath: (path: string) => Effect.Effect<string, DiskError>
  readonly statFile: (file: DiskFile) => Effect.Effect<FileStat, DiskError>
  /** Bytes free to this user on the file system of the path. */
  readonly freeSpace: (path: string) => Effect.Effect<number, DiskError>
}>()("inkfast/services/durability/Disk") {}
