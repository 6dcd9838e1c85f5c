#!/bin/bash
./configure && make -j8
