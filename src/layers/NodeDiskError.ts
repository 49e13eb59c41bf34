// What Node throws or answers for a call on a file, as the error of `Disk`.
import { getSystemErrorMessage } from "node:util"
import { DiskError } from "../services/durability/Disk.ts"

/** Node's own message begins with the code and ends in the call and the path, which the error has apart. */
const detailOf = ({ code, errno, message }: NodeJS.ErrnoException): string =>
  code === undefined || errno === undefined ? message : getSystemErrorMessage(errno)

export const nodeDiskError = (operation: string, file: string, cause: unknown): DiskError => {
  const error: NodeJS.ErrnoException = cause instanceof Error ? cause : new Error(String(cause))
  const { code = "UNKNOWN" } = error
  return new DiskError({ operation, path: file, code, detail: detailOf(error) })
}
