// The properties, with far more cases than `npm test` looks at.
import './keyword-and-args.spec.js';
import './normalise.spec.js';
import './words.spec.js';
