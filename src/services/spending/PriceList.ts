// Prices that a user gives, by model name: in the job, and in a file.
import type { Price } from "./Price.ts"

/** By model name. */
export type PriceList = { readonly [model: string]: Price }

/** Those of the job win over those of its file. */
export interface OwnPrices {
  readonly prices: PriceList
  readonly filePrices?: PriceList
}

/** The list's price of a model: an entry `gpt-4o-mini` fits `openai/gpt-4o-mini` too. */
const listed = (list: PriceList, model: string): Price | undefined => {
  const short = model.slice(model.lastIndexOf("/") + 1)
  return Object.hasOwn(list, model)
    ? list[model]
    : Object.hasOwn(list, short)
    ? list[short]
    : undefined
}

/** The user's own price of a model, if there is one. */
export const ownPriceOf = (
  { filePrices = {}, prices }: OwnPrices,
  model: string
): Price | undefined => listed(prices, model) ?? listed(filePrices, model)
