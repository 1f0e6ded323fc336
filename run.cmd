@echo off
setlocal
rem The same as "make run": everything is in bootstrap.py.
chcp 65001 >nul
cd /d "%~dp0"
where py >nul 2>nul
if %errorlevel%==0 (py -3 bootstrap.py run %*) else (python bootstrap.py run %*)
exit /b %errorlevel%
