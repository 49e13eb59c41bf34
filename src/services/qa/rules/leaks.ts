// What a model leaves where a fact should be, what it says about itself, and what it says to whoever asked.

export interface Leak {
  readonly what: string
  /** A quick look: where none of these stands in the folded piece, the pattern is not tried. */
  readonly hints: ReadonlyArray<string>
  readonly pattern: RegExp
}

// Every repetition is bounded and none is nested, so that no text makes a search slow.
export const leaks: ReadonlyArray<Leak> = [
  {
    what: "an unfilled template",
    hints: ["{", "<%"],
    pattern: /\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}|<%[^%\n]{0,200}%>|\$\{[\w .]{1,60}\}/
  },
  {
    what: "an unfilled template",
    hints: ["{", "%s", "%d"],
    pattern:
      /\{ ?(?:(?:your|company|product|brand|business|customer|client|first|last|full|author|website|user|shop|store|seller|item)[ _-]?)?(?:name|date|year|url|link|price|company|product|brand|title|e-?mail|phone|address|city|country|keyword|slug|number|amount|placeholder) ?\}|(?<![^\s("'])%[sd](?![\w%])/i
  },
  {
    what: "a bracketed placeholder",
    hints: ["["],
    // A Markdown link with such a text, `[Your account](…)` or `[Your account]: …`, is none.
    pattern:
      /\[(?:(?:please )?(?:insert|fill in|add|enter|specify|replace)\b[^\][\n]{0,80}|(?:your|company|product|brand|business|customer|client|first|last|full|author|website|e-?mail|phone)[ _][^\][\n]{0,60}|(?:name|date|year|url|link|price|company|product|brand|number|placeholder|todo|tbd|tbc|unknown|citation needed)(?: here)?)\](?![([:])/i
  },
  {
    what: "a bracketed placeholder",
    hints: ["<"],
    pattern:
      /<(?:unknown|placeholder|todo|tbd|(?:insert|your)[ _-][^<>\n]{1,60}|(?:company|product|brand|first|last)[ _-]name)>/i
  },
  {
    what: "a note to fill in later",
    hints: ["todo", "fixme", "tbd", "tbc", "tba", "xx", "___"],
    pattern:
      /(?:^|[\n:([{>.–—-])[ \t]{0,8}(?:TODO|FIXME)\b|\b(?:TODO|FIXME):|\b(?:TBD|TBC|TBA)\b|\bX{4,20}\b|\$XX\b|\bXX ?%|(?<!\w)_{3,40}(?!\w)/
  },
  {
    what: "filler text",
    hints: ["lorem", "dolor"],
    pattern: /\blorem ipsum\b|\bdolor sit amet\b/i
  },
  {
    what: "the model speaking of itself",
    hints: [
      "language model",
      "an ai",
      "a ai",
      "artificial",
      "my ",
      "i'm sorry",
      "i cannot",
      "i can't"
    ],
    pattern:
      /\bas an? (?:large |ai )?language model\b|\bas an? (?:ai|artificial intelligence)(?: model| assistant| chatbot)?(?:,|\s+I\b|\s+I['’]m\b)|\bI(?:['’]m| am) (?:just |only )?an? (?:ai|language model)\b|\bmy (?:knowledge cut-?off|training data)\b|\bas of my last (?:knowledge )?(?:update|training)\b|\bI(?:['’]m sorry,? but I| cannot| can['’]t) (?:can['’]t |cannot )?(?:assist|help|fulfil+|provide|comply|browse|access)\b/i
  },
  {
    what: "a token of the model's own format",
    hints: ["<", "[/inst]", "[inst]"],
    pattern: /<\|[a-z_]{2,30}\|>|<\/?think>|\[\/?INST\]/i
  },
  {
    what: "a word to whoever asked",
    hints: [
      "here",
      "below",
      "i'll",
      "i've",
      "i will",
      "i have",
      "i hope",
      "we hope",
      "let me",
      "you requested",
      "per your",
      "assistant"
    ],
    pattern:
      /^\s*(?:sure|certainly|of course|absolutely|gladly|okay|ok|great)[,!.:]+ (?:here|below|i['’](?:ll|ve)|i (?:will|have)|let me)\b|^\s*here(?:['’]s| is| are) (?:the|a|an|your|my) (?:[\w-]+ ){0,3}(?:page|json|draft|description|article|summary|content|text|copy|answer|version|piece|output|response|rewrite|revision)(?::| (?:you|for you|as requested|below|in json)\b)|\bhere(?:['’]s| is) (?:the|a|an|your) (?:[\w-]+ ){1,4}you (?:asked|requested|wanted)\b|\b(?:i|we) hope (?:this|that|it) (?:helps(?=\s*(?:[.!,;:]|$))|is helpful|meets your|answers your)\b|\blet me know if you(?:['’]d| would)? (?:like|need|want) (?:me|any|further|more|another|changes)\b|\bas (?:you requested|per your (?:request|instructions))\b|\bas an? (?:helpful|virtual|writing|digital) (?:[\w-]+ )?assistant\b/i
  },
  {
    what: "a word about what the model was given",
    hints: [
      "evidence",
      "provided",
      "given",
      "supplied",
      "above",
      "available",
      "in the source",
      "in the context",
      "in the input"
    ],
    pattern:
      /\b(?:based (?:only |solely )?on|according to|per) (?:the )?(?:provided|given|supplied|above|available) (?:information|evidence|text|context|data|details|sources?|content|material)\b|\b(?:based (?:only |solely )?on|according to|per) the evidence\b|\bevidence (?:does not|doesn['’]t|did not|didn['’]t) (?:say|state|mention|specify|give|provide|list|include|indicate|tell|contain)\b|\bnot (?:stated|mentioned|specified|given|provided|listed|found|available) in the (?:evidence|sources?|context|input|provided [a-z]{1,20})\b|\bno (?:information|details|data) (?:is|are|was|were) (?:provided|given) (?:about|on|for|in|regarding)\b/i
  },
  {
    what: "a mark of the prompt",
    hints: [
      "<source",
      "</source",
      "<evidence",
      "</evidence",
      "[row:",
      "[url:",
      "[file:",
      "[text:",
      "[plugin:"
    ],
    pattern:
      /<\/?(?:source|evidence)(?:\s[^<>\n]{0,200})?>|\[(?:row|url|file|text|plugin):[^\]\n]{1,200}\]/i
  },
  {
    what: "a value that was never filled in",
    hints: ["[object object]", "n/a"],
    pattern: /\[object Object\]|(?<![\w/])N\/A(?![\w/])/
  }
]
