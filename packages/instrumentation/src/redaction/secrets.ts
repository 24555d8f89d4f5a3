/**
 * What looks like a secret, by the forms that their issuers document. Each pattern is a fixed beginning and one bounded run
 * of characters, so that no text makes matching slow.
 */
const FORMS = [
  'A(?:KIA|SIA)[0-9A-Z]{16}', // AWS access key id
  'gh[pousr]_[0-9A-Za-z]{36,255}', // GitHub tokens
  'github_pat_[0-9A-Za-z_]{22,255}',
  'glpat-[0-9A-Za-z_-]{20,64}', // GitLab
  'xox[abeoprs]-[0-9A-Za-z-]{10,250}', // Slack
  'sk-[0-9A-Za-z_-]{20,250}', // OpenAI, Anthropic
  '[rs]k_(?:live|test)_[0-9A-Za-z]{16,250}', // Stripe
  'AIza[0-9A-Za-z_-]{35}', // Google
  'ya29\\.[0-9A-Za-z_-]{20,500}',
  'npm_[0-9A-Za-z]{36}',
  'tg[pk]_[0-9A-Za-z_-]{20,250}', // ours
  'eyJ[0-9A-Za-z_-]{8,2000}\\.[0-9A-Za-z_-]{8,4000}\\.[0-9A-Za-z_-]{8,2000}', // JSON Web Token
  '-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^-]{0,10000}-----END [A-Z ]{0,20}PRIVATE KEY-----|[0-9A-Za-z+/=\\s:,-]{0,10000})', // PEM
  '(?:Bearer|Basic) [0-9A-Za-z._~+/-]{16,2000}=?=?', // Authorization
  '(?<=[a-z]://[^\\s/:@]{0,100}:)[^\\s/@]{3,200}(?=@)', // a password in an address
] as const;

/** Names of fields whose value is a secret, whatever it looks like. */
const NAMES =
  'pass(?:word|wd|phrase)|secret|client[-_]?secret|api[-_]?key|(?:access|refresh|id|auth|bearer)[-_]?token|authorization|private[-_]?key|(?:set-)?cookie|credentials?';

/** A form begins where a word does, so that a run of its beginnings is looked at once. */
const FORM = new RegExp(`(?<![\\w-])(?:${FORMS.join('|')})`, 'g');
const NAME = new RegExp(`^(?:${NAMES})$`, 'i');
/** Beginnings of all forms, and the names as JSON shows them: most texts have none, and are looked at once. */
const HINT = new RegExp(
  `AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|k_(?:live|test)_|AIza|ya29|npm_|tg[pk]_|eyJ|PRIVATE KEY|Bearer |Basic |[a-z]://[^/]*@|"(?:${NAMES})":`,
  'i',
);

/** Whether canonical JSON text can hold a secret at all. */
export function mayHoldSecret(json: string): boolean {
  return HINT.test(json);
}

export function maskSecrets(text: string, mask: string): string {
  return HINT.test(text) ? text.replace(FORM, mask) : text;
}

export function isSecretName(name: string): boolean {
  return NAME.test(name);
}
