"""The embedded media engine: one process that forwards sound and pictures without decoding them.

Read it in the order of a packet: ``ports`` receives, ``stun`` tells whose it is, ``dtls`` and
``srtp`` open it, ``uplink`` sorts it into sources, ``slots`` decides who gets it as what, and the
way back to ``ports``. ``recording`` writes what its ``timeline`` places, by ``webm``. ``transport``
and ``allowance`` tell senders how much to send, ``departures`` and ``choice`` find out what a
receiver can be sent, ``admission`` says when somebody may join. ``control`` is how web processes
ask for things; ``relaying`` and ``feeding`` share a room with other engines of the machine, over a
``channel``; ``worker`` wires all.

The process imports nothing of the product but ``plugins.webinar.engine``.
"""
