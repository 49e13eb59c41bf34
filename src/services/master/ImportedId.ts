// The ids of lines that an import took in: no call was made for them, and no journal tells of them.
const prefix = "import-"

/** `origin` tells the line from all others. */
export const importedId = (origin: string): string => `${prefix}${origin}:0`

export const isImportedId = (id: string): boolean => id.startsWith(prefix) && id.endsWith(":0")
