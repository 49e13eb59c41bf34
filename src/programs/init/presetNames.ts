// The kinds of jobs that `init` knows, apart from their files: the command line names them without loading those.

export const presetNames = ["product-pages", "package-catalogue"] as const
export type PresetName = (typeof presetNames)[number]
