// The number by which the kernel names the file system of a path: what a mount table leaves out, or another mount hides.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export class FileSystemType extends Context.Service<FileSystemType, {
  /** `f_type` of statfs(2), unsigned; undefined where the system does not tell. */
  readonly of: (path: string) => Effect.Effect<number | undefined>
}>()("inkfast/services/durability/FileSystemType") {}
