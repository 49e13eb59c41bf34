// What Node throws or answers for a call on a file, as the error of `Disk`.
import { DiskError } from "../services/durability/Disk.ts"
import { systemMessage } from "./systemMessage.ts"

export const nodeDiskError = (operation: string, file: string, cause: unknown): DiskError => {
  const error: NodeJS.ErrnoException = cause instanceof Error ? cause : new Error(String(cause))
  const { code = "UNKNOWN" } = error
  return new DiskError({ operation, path: file, code, detail: systemMessage(error) })
}
