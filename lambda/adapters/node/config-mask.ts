/** What stands in the place of a secret. */
export const MASK = '(hidden)';

/** Beginnings of keys that vendors hand out, whatever follows them. */
const VENDOR =
  /\b(?:sk|pk|rk|gsk|hf|xai|ghp|gho|ghs|github_pat|glpat|xox[abprs]|AKIA|ASIA|AIza|eyJ|nvapi|r8|pplx)[-_A-Za-z0-9][-_A-Za-z0-9.]{7,}/g;
/** Thirty characters without a break are no word of a config, if letters and digits mix. */
const LONG = /[A-Za-z0-9+=]{30,}/g;
const URL_USER = /(\/\/)[^/@\s]*@/g;
const URL_QUERY = /(https?:[^\s?#"]*[?#])[^\s"]+/g;

/** Takes out of a text whatever looks like a key or a password, so that an error cannot carry one into a log. */
export function maskSecrets(text: string): string {
  return text
    .replace(URL_USER, `$1${MASK}@`)
    .replace(URL_QUERY, `$1${MASK}`)
    .replace(VENDOR, MASK)
    .replace(LONG, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? MASK : run));
}

/** A variable's name, which a value in the place of a key may be without being a key. */
const VARIABLE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

/** The same for a value under `key`: only what is plainly a variable's name is shown. */
export function maskKey(text: string): string {
  return VARIABLE.test(text) && text.length <= 64 ? text : MASK;
}
