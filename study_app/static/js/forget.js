/**
 * Entry of the page that says that everything was deleted: nothing stays in the browser either.
 */

import { forgetAnswers, openStore } from "./outbox.js";

forgetAnswers(openStore());
