/** The page without a token: a tab that was reloaded goes back with the one that it had. */

import { formerToken } from "./token.ts";

const isWrong = new URLSearchParams(location.search).has("token");
const former = formerToken();
if (former !== undefined && !isWrong) {
  location.replace(`/?${new URLSearchParams({ token: former })}`);
}
