// The properties, with far more cases than `npm test` looks at.
import './storage/model.property.spec.js';
import './streams/subscription.property.spec.js';
