// What a call of the system failed with, in words: Node's own message has the code, the call and its operand around them.
import { getSystemErrorMessage } from "node:util"

export const systemMessage = ({ code, errno, message }: NodeJS.ErrnoException): string =>
  code === undefined || errno === undefined ? message : getSystemErrorMessage(errno)
