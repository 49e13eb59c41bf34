// A local file that a row names, read only from inside one folder: the row is data and may be hostile.
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { readTextFile } from "../durability/FileIo.ts"
import type { EvidenceMiss } from "./Evidence.ts"
import { readHtml } from "./html/ReadHtml.ts"

export interface FileText {
  readonly text: string
  /** Of an HTML file. */
  readonly title?: string
  /** What its readers would not see; not in its text. */
  readonly hidden: ReadonlyArray<string>
}

type Miss = Pick<EvidenceMiss, "cause" | "reason">

const missOf = (error: DiskError, bytesMax: number): Miss => {
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      return { cause: "NotFound", reason: "there is no such file" }
    case "EFBIG":
      return {
        cause: "TooLarge",
        reason: `it has more than ${bytesMax} bytes (evidence.fetchBytesMax)`
      }
    case "EILSEQ":
      return { cause: "Unsupported", reason: "it is not UTF-8 text" }
    case "EISDIR":
    case "ESPIPE":
      return { cause: "Unsupported", reason: "it is not a regular file" }
    case "EACCES":
    case "EPERM":
    case "ELOOP":
    case "ENAMETOOLONG":
      return { cause: "Refused", reason: `it cannot be opened: ${error.code}` }
    default:
      return { cause: "NotFound", reason: `it cannot be read: ${error.code}: ${error.detail}` }
  }
}

const isInside = (folder: string, file: string): boolean => {
  const way = path.relative(folder, file)
  return way !== "" && way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)
}

const outside = (folder: string): Miss => ({
  cause: "Refused",
  reason: `it leads out of ${folder}, the folder that files of a row must stay in`
})

/**
 * The text of the file `name` names, relative to `folder`. Refused when the name, or a symbolic link on its way, leads
 * out of the folder. HTML files are read as pages are.
 */
export const readInside = (
  disk: Disk["Service"],
  folder: string,
  name: string,
  bytesMax: number
): Effect.Effect<FileText, Miss> =>
  Effect.gen(function*() {
    if (name.includes("\0")) {
      return yield* Effect.fail<Miss>({ cause: "Refused", reason: "its name has a null character" })
    }
    const named = path.resolve(folder, name)
    // Before the disk is asked: whether something exists outside is nobody's business either.
    if (!isInside(path.resolve(folder), named)) {
      return yield* Effect.fail(outside(folder))
    }
    const toMiss = Effect.mapError((error: DiskError) => missOf(error, bytesMax))
    const root = yield* toMiss(disk.realPath(folder))
    const real = yield* toMiss(disk.realPath(named))
    if (!isInside(root, real)) return yield* Effect.fail(outside(folder))
    // The resolved path is opened, so that no link is followed a second time.
    const text = yield* toMiss(readTextFile(disk, real, bytesMax))
    if (!/\.x?html?$/i.test(real)) return { text, hidden: [] }
    const { hidden, text: read, title } = yield* readHtml(text)
    return { text: read, title, hidden }
  })
