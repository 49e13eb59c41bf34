// `inkfast init`: writes a job that works, and overwrites nothing.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { Disk } from "../services/durability/Disk.ts"
import type { DiskError } from "../services/durability/Disk.ts"
import { writeAllAt } from "../services/durability/FileIo.ts"
import type { PresetName } from "./init/presetNames.ts"
import { templateOf } from "./init/presets.ts"
import type { TemplateFile } from "./init/TemplateFile.ts"

/** There is a job already, and nothing was written. */
export class InitError extends Schema.TaggedError<InitError>()("InitError", {
  directory: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.directory}: ${this.detail}`
  }
}

/** A new file, durable when this succeeds; gone again when it does not. Never replaces one that is there. */
const writeNew = (path: string, content: string): Effect.Effect<void, DiskError, Disk> =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const file = yield* disk.open(path, "create")
    yield* writeAllAt(disk, file, new TextEncoder().encode(content), 0).pipe(
      Effect.andThen(disk.datasync(file)),
      Effect.onError(() => Effect.ignore(disk.unlink(path)))
    )
  }))

const taken = (
  directory: string,
  files: ReadonlyArray<TemplateFile>
): Effect.Effect<ReadonlyArray<string>, DiskError, Disk> =>
  Effect.flatMap(
    Disk,
    (disk) =>
      Effect.filter(
        files.map(({ name }) => name),
        (name) => Effect.map(disk.stat(join(directory, name)), Option.isSome)
      )
  )

/**
 * Writes the job into the directory, made when it is missing; answers the paths written. When the disk fails, what was
 * written is removed again.
 */
export const init = (
  directory: string,
  preset?: PresetName
): Effect.Effect<ReadonlyArray<string>, DiskError | InitError, Disk> =>
  Effect.gen(function*() {
    const files = templateOf(preset)
    const disk = yield* Disk
    const present = yield* taken(directory, files)
    if (present.length > 0) {
      const one = present.length === 1
      const detail =
        `${present.join(", ")} ${one ? "is" : "are"} there already and nothing was written; ` +
        `name another directory, or move ${one ? "it" : "them"} away`
      return yield* new InitError({ directory, detail })
    }
    yield* disk.makeDirectory(directory)
    const written: Array<string> = []
    // Uninterruptible: a signal in the middle would leave half a job, which the next init refuses to touch.
    yield* Effect.forEach(files, ({ content, name }) => {
      const path = join(directory, name)
      return Effect.tap(writeNew(path, content), () => Effect.sync(() => written.push(path)))
    }).pipe(
      Effect.andThen(disk.syncDirectory(directory)),
      Effect.onError(() => Effect.forEach(written, (path) => Effect.ignore(disk.unlink(path)))),
      Effect.uninterruptible
    )
    return written
  })
