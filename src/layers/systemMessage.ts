// What a call of the system failed with, in words: Node's own message has the code, the call and its operand around them.
//
// Every start has this module, few need it: as an import `node:util` would load much of Node before anything has failed.

export const systemMessage = ({ code, errno, message }: NodeJS.ErrnoException): string =>
  code === undefined || errno === undefined
    ? message
    : process.getBuiltinModule("node:util").getSystemErrorMessage(errno)
