// The name of the command that is a writer of the crash test; it stands in no help.
export const writerCommand = "crashtest-writer"
