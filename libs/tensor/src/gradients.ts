/**
 * Registers the gradient of every TF.js operation. tfjs-core in Node has them in no file that Node can load;
 * tfjs-layers registers them with the same engine when it is imported.
 */
import '@tensorflow/tfjs-layers';
