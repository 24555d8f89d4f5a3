/** Provider names of the GenAI conventions, and of instrumentation in the field, that the price list calls otherwise. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  'amazon.bedrock': 'aws',
  'aws.bedrock': 'aws',
  'az.ai.inference': 'azure',
  'az.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'azure.ai.openai': 'azure',
  azure_openai: 'azure',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  gemini: 'google',
  'google.generative-ai': 'google',
  'google.vertex': 'google',
  google_genai: 'google',
  google_vertexai: 'google',
  mistral_ai: 'mistral',
  mistralai: 'mistral',
  'openai.chat': 'openai',
  'openai.responses': 'openai',
  vertex_ai: 'google',
  vertexai: 'google',
  x_ai: 'x-ai',
  xai: 'x-ai',
};

/** Gateways that pass a call on and write whose model it is before its name, as in `openai/gpt-4o`. */
const GATEWAYS = new Set(['', 'litellm', 'gateway', 'vercel', 'ai-gateway', 'portkey', 'helicone']);

/** A provider and a model, by whichever names. */
export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

export const MAX_NAME = 256;

/** The price list's name of a provider; a name that is not known here stays what it is. */
export const providerName = (sent: string): string => {
  const name = sent.trim().toLowerCase();
  // Whoever sends spans chooses it, and an object has more names than its own: `constructor`.
  return (Object.hasOwn(PROVIDER_NAMES, name) ? PROVIDER_NAMES[name] : undefined) ?? name;
};

/**
 * What a name as sent may stand for in a price list, the likeliest first: the name itself; without the path that Google's and
 * Amazon's resource names have; without the name of its own provider before it. A name that puts *another* provider before
 * the model is not taken apart, except where a gateway wrote it or nobody says who the provider is: whose price that
 * would be is a guess.
 */
export function readings({ provider: sent, model: sentModel }: ModelName): readonly ModelName[] {
  const model = sentModel.trim();
  const provider = providerName(sent);
  if (model === '' || model.length > MAX_NAME || provider.length > MAX_NAME) return [];
  const plain = afterPath(model);
  const [prefix, rest] = split(plain);
  const named = providerName(prefix);
  const unprefixed =
    rest !== '' && prefix !== '' && (named === provider || GATEWAYS.has(provider))
      ? [{ provider: named, model: rest }]
      : [];
  // A gateway says who the model's provider is; without it, its own name comes first.
  const from = GATEWAYS.has(provider) ? '' : provider;
  const own = [...new Set([model, plain])].map((name) => ({ provider: from, model: name }));
  return from === '' ? [...unprefixed, ...own] : [...own, ...unprefixed];
}

/** `models/x`, `publishers/google/models/x`, `projects/…/models/x` and `arn:aws:bedrock:…/x` → `x`. */
function afterPath(model: string): string {
  if (model.startsWith('arn:')) return model.slice(model.lastIndexOf('/') + 1);
  const path = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/[^/]+\/)?models\/(.+)$/.exec(model);
  return path?.[1] ?? model;
}

function split(model: string): readonly [string, string] {
  const at = model.indexOf('/');
  return at < 0 ? ['', model] : [model.slice(0, at), model.slice(at + 1)];
}

/** Names carry dates as 20250929 or 2025-09-29; this is the second spelling. */
export const dashedDates = (model: string): string =>
  model.replaceAll(/-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');
