// The properties, with far more cases than `npm test` looks at.
import './any-bytes.spec.js';
