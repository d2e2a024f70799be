// Found from a script's folder upward: without -c AET@host:port the examples run against a router
// and an archive inside the run. Routes are those of the seed suite.
export default {
  target: 'embedded',
  routes: {
    HTM_GI: { calledAET: 'LB-HTM-GI', callingAET: 'HTM-GI' },
    HTM_OPH: { calledAET: 'LB-HTM-OPH', callingAET: 'HTM-OPH' },
    HTM_ORTHO: { calledAET: 'LB-HTM-ORTHO', callingAET: 'HTM-ORTHO' },
  },
};
