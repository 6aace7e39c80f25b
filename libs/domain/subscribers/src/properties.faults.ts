// The properties, with far more cases than `npm test` looks at.
import './subscriber.properties.spec.js';
