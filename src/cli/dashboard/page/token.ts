/** The token: it comes in the address, and is kept by the tab, so that neither address nor history shows it. */

const NAME = "token";

/** Takes the token out of the address. `undefined` if there is none. */
export function takeToken(): string | undefined {
  const given = new URLSearchParams(location.search).get(NAME);
  if (given === null) return undefined;
  sessionStorage.setItem(NAME, given);
  history.replaceState(null, "", location.pathname);
  return given;
}

/** Gives the token that this tab had before, once: if it is wrong now, it is not tried again and again. */
export function formerToken(): string | undefined {
  const former = sessionStorage.getItem(NAME) ?? undefined;
  sessionStorage.removeItem(NAME);
  return former;
}
