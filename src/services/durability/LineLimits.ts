// What whoever reads files of lines holds to: how much is read at once, and how long a line may be.
import { DiskError } from "./Disk.ts"

export const chunkBytesDefault = 256 * 1024
/** A line may be larger than a chunk, but not take all memory with it: this is no line of ours any more. */
export const lineBytesMaxDefault = 256 * 1024 * 1024
export const newline = 10

export const lineTooLong = (path: string, offset: number, lineBytesMax: number): DiskError =>
  new DiskError({
    operation: "read",
    path,
    code: "EFBIG",
    detail:
      `the line at byte ${offset} has no end within ${lineBytesMax} bytes: this is no file of lines`
  })
